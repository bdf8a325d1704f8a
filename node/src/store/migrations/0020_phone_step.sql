-- What this side did about a clinic without a node that was asked: taken back before an answer, chosen by the patient, left again. Rows are never changed.
CREATE TABLE case_phone_step (
    entry   BLOB NOT NULL REFERENCES case_phone (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    done    TEXT NOT NULL CHECK (done IN ('withdrawn', 'chosen', 'left')),
    release BLOB REFERENCES consent (id) ON DELETE CASCADE, -- for a choice: the patient's release that names the clinic
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    PRIMARY KEY (entry, number),
    CHECK ((done = 'chosen') = (release IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER case_phone_step_no_change BEFORE UPDATE ON case_phone_step BEGIN SELECT RAISE(ABORT, 'what was done is never changed'); END;
