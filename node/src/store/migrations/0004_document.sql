-- Documents held here or on their way here. A row without its secret says only that there was something of that size.

CREATE TABLE document (
    id           BLOB PRIMARY KEY CHECK (length(id) = 8),
    root         BLOB NOT NULL UNIQUE CHECK (length(root) = 32),
    cipher_size  INTEGER NOT NULL CHECK (cipher_size > 0),
    patient      BLOB REFERENCES patient (id) ON DELETE SET NULL,
    source       TEXT,                -- member it came from; NULL: added here
    conversation BLOB,                -- conversation it came in
    state        TEXT NOT NULL CHECK (state IN ('held', 'arriving', 'failed', 'withdrawn', 'erased')),
    added_by     TEXT NOT NULL,
    added_at     INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL     -- when the state was last changed
) STRICT, WITHOUT ROWID;
CREATE INDEX document_patient ON document (patient, added_at) WHERE patient IS NOT NULL;
CREATE INDEX document_conversation ON document (conversation) WHERE conversation IS NOT NULL;

-- What it is (kind, title: identified data) and what decrypts it. Deleting this row erases the document; the file follows.
CREATE TABLE document_secret (
    document BLOB PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    manifest BLOB NOT NULL,           -- exact CBOR
    key      BLOB NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

-- Permissions given to others. A row is never deleted: it is the proof of what was allowed, to whom, and until when.
CREATE TABLE document_grant (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    document     BLOB NOT NULL REFERENCES document (id),
    conversation BLOB NOT NULL,
    recipient    TEXT NOT NULL,
    consent      BLOB,                -- the consent or necessity it rests on
    signed       BLOB NOT NULL,       -- exact bytes
    made_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    revoked_why  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX document_grant_document ON document_grant (document);
CREATE INDEX document_grant_conversation ON document_grant (conversation);

-- Documents still to be fetched, or why they could not be. How far one has come is not recorded: the file proves it.
CREATE TABLE document_transfer (
    document   BLOB PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    source     TEXT NOT NULL,
    signed     BLOB NOT NULL,         -- the grant, exact bytes
    expires_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,      -- not tried again before
    trouble    TEXT                   -- why the last attempt ended, as a code
) STRICT, WITHOUT ROWID;
