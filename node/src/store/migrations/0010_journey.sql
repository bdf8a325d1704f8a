-- What patients wish of the rehabilitation, as they stated it; each statement is a version of its own and never changes.
CREATE TABLE wish_list (
    patient   BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    version   INTEGER NOT NULL CHECK (version >= 1),
    entry     TEXT NOT NULL,          -- the wishes, the most important first, JSON
    stated_at INTEGER NOT NULL,
    stated_by TEXT NOT NULL,          -- the account's random id, as in the audit
    PRIMARY KEY (patient, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER wish_list_no_change BEFORE UPDATE ON wish_list BEGIN SELECT RAISE(ABORT, 'what somebody stated never changes'); END;

-- A patient's own pages look for everything that concerns them.
CREATE INDEX conversation_patient ON conversation (patient) WHERE patient IS NOT NULL;
