-- Why staff looked at patients who were not in treatment here: the privacy officer's list.
CREATE TABLE purpose (
    id      BLOB PRIMARY KEY CHECK (length(id) = 8),
    patient BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE, -- the audit keeps that it was stated
    by      TEXT NOT NULL,
    roles   TEXT NOT NULL,
    purpose TEXT NOT NULL,
    words   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    seen_at INTEGER,
    seen_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX purpose_of ON purpose (patient, by, at);
CREATE INDEX purpose_unseen ON purpose (at) WHERE seen_at IS NULL;
