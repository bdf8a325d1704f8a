-- What came of choosing a clinic without a node, as staff wrote it down: the fax that says who comes, the payer's decision, and whether the
-- patient came. Each rests on the release that names the clinic. Rows are never changed.
CREATE TABLE case_phone_event (
    entry   BLOB NOT NULL REFERENCES case_phone (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    came    TEXT NOT NULL CHECK (came IN ('named', 'payer', 'arrived', 'absent')),
    release BLOB NOT NULL REFERENCES consent (id) ON DELETE CASCADE,
    day     INTEGER NOT NULL, -- of admission, decision or arrival
    code    INTEGER,          -- the payer's decision, or why the patient did not come
    said_by TEXT,             -- the person at the other clinic
    papers  TEXT,             -- which documents follow, and how
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    PRIMARY KEY (entry, number),
    CHECK ((came IN ('payer', 'absent')) = (code IS NOT NULL)),
    CHECK ((came IN ('arrived', 'absent')) = (said_by IS NOT NULL)),
    CHECK (came = 'named' OR papers IS NULL)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER case_phone_event_no_change BEFORE UPDATE ON case_phone_event BEGIN SELECT RAISE(ABORT, 'what came of a choice is never changed'); END;
