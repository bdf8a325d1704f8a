-- Photographs of signed papers, and of what proves that somebody may act for a patient. The pictures are documents like others.
CREATE TABLE paper (
    consent  BLOB PRIMARY KEY REFERENCES consent (id) ON DELETE CASCADE,
    document BLOB NOT NULL REFERENCES document (id),
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- For those whom staff invited: the document that proves it.
ALTER TABLE proxy ADD COLUMN proof BLOB REFERENCES document (id);
