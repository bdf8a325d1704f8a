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
