-- Clinics without a node that were asked by fax, and what somebody there said on the phone, as staff wrote it down. Rows are never changed.
CREATE TABLE case_phone (
    id             BLOB PRIMARY KEY,
    discharge_case BLOB NOT NULL REFERENCES discharge_case (id) ON DELETE CASCADE,
    clinic         TEXT NOT NULL,
    number         TEXT NOT NULL,
    inquiry        TEXT NOT NULL, -- JSON: what the fax says
    asked_at       INTEGER NOT NULL,
    asked_by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX case_phone_case ON case_phone (discharge_case);
CREATE TRIGGER case_phone_no_change BEFORE UPDATE ON case_phone BEGIN SELECT RAISE(ABORT, 'what was asked is never changed'); END;

CREATE TABLE case_phone_answer (
    entry       BLOB NOT NULL REFERENCES case_phone (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    offered     INTEGER,          -- day from which the place is free
    declined    TEXT,             -- why there is none
    answered_at INTEGER NOT NULL,
    answered_by TEXT NOT NULL,    -- the person at the other clinic
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (entry, number),
    CHECK ((offered IS NULL) <> (declined IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER case_phone_answer_no_change BEFORE UPDATE ON case_phone_answer BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;
