-- Several forms can be late, of several pages: what was typed is kept by form, and the page that shows it is known.
ALTER TABLE draft RENAME TO draft_once;
DROP INDEX draft_at;
CREATE TABLE draft (
    account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    path    TEXT NOT NULL,           -- where the form is sent to
    page    TEXT NOT NULL,           -- where it is shown again
    fields  TEXT NOT NULL,           -- JSON: pairs of name and text, without the form's token
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_at ON draft (at);
INSERT INTO draft (account, path, page, fields, at) SELECT account, path, path, fields, at FROM draft_once;
DROP TABLE draft_once;

-- How the social service ended a case, and who takes care of the patient then. A case that a report ended has no row.
CREATE TABLE case_end (
    discharge_case BLOB PRIMARY KEY REFERENCES discharge_case (id) ON DELETE CASCADE,
    how            TEXT NOT NULL CHECK (how IN ('no-place', 'otherwise')),
    carer          TEXT,
    phone          TEXT,
    at             INTEGER NOT NULL,
    by             TEXT NOT NULL,
    CHECK ((carer IS NULL) = (phone IS NULL)),
    CHECK (how <> 'no-place' OR carer IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- What nobody has answered yet is counted on every page of admissions.
CREATE INDEX conversation_unanswered ON conversation (side) WHERE step = 'requested' AND ended_at IS NULL;
