-- Who acts for a patient at the web pages, how far and until when. One row an account; it stays after the end, for what was done.
CREATE TABLE proxy (
    account  BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    patient  BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    scope    TEXT NOT NULL CHECK (scope IN ('look', 'arrange', 'decide')),
    power    TEXT,                   -- what the right to decide rests on
    until    INTEGER,                -- the last day on which they may decide
    given_at INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    CHECK ((scope = 'decide') = (power IS NOT NULL)),
    CHECK ((scope = 'decide') = (until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX proxy_patient ON proxy (patient);
