-- Sessions that are over, so that a form that lay open in one is not lost: it is known by the cookie that comes with it (a night away), or
-- by what it carries (its owner has signed out and is signed in again).
CREATE TABLE former_session (
    account  BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf     BLOB NOT NULL CHECK (length(csrf) = 16), -- what the session's forms carry
    token    BLOB CHECK (length(token) = 32), -- SHA-256 of the cookie's token; NULL once its owner has signed out
    site     TEXT NOT NULL CHECK (site IN ('patient', 'staff')),
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (account, csrf)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_session_token ON former_session (token) WHERE token IS NOT NULL;
CREATE INDEX former_session_ended ON former_session (ended_at);
