-- What physicians let a patient read on her own pages. A row changes only once: when the release is taken back.
CREATE TABLE document_release (
    id           INTEGER PRIMARY KEY,
    document     BLOB NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    released_at  INTEGER NOT NULL,
    released_by  TEXT NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_by TEXT,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
) STRICT;
CREATE INDEX document_release_document ON document_release (document);
-- At most one release of a document is in force.
CREATE UNIQUE INDEX document_release_in_force ON document_release (document) WHERE withdrawn_at IS NULL;
CREATE TRIGGER document_release_no_change BEFORE UPDATE ON document_release
    WHEN OLD.withdrawn_at IS NOT NULL OR NEW.document != OLD.document OR NEW.released_at != OLD.released_at OR NEW.released_by != OLD.released_by
    BEGIN SELECT RAISE(ABORT, 'a release is not rewritten'); END;
