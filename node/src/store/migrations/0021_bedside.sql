-- Tablets at the bedside: begun by staff for one patient and one matter, opened by a code of one use. Codes and tokens lie here as hashes.
CREATE TABLE bedside (
    id        BLOB PRIMARY KEY CHECK (length(id) = 8),
    patient   BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    matter    TEXT NOT NULL CHECK (matter IN ('consent', 'wishes', 'choice')),
    made_by   TEXT NOT NULL,
    role      TEXT NOT NULL,             -- as what they stand beside the patient
    made_at   INTEGER NOT NULL,
    code      BLOB NOT NULL UNIQUE CHECK (length(code) = 32),
    token     BLOB UNIQUE CHECK (length(token) = 32), -- of the tablet that was opened with the code
    csrf      BLOB NOT NULL CHECK (length(csrf) = 16),
    opened_at INTEGER,
    seen_at   INTEGER,
    ended     TEXT CHECK (ended IN ('done', 'returned', 'staff', 'replaced')),
    ended_at  INTEGER,
    CHECK ((token IS NULL) = (opened_at IS NULL)),
    CHECK ((ended IS NULL) = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX bedside_patient ON bedside (patient);
