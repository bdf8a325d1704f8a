-- Who signs in at the clinic's web pages: staff, patients and those who act for them; their invitations, sessions and failed attempts.

CREATE TABLE account (
    id          BLOB PRIMARY KEY CHECK (length(id) = 8),
    kind        TEXT NOT NULL CHECK (kind IN ('staff', 'patient', 'proxy')),
    login       TEXT UNIQUE,            -- the user name, lower case; NULL while none was chosen (a passkey needs none)
    name        TEXT NOT NULL,          -- as others read it
    patient     BLOB REFERENCES patient (id) ON DELETE CASCADE, -- whose account, or for whom the proxy acts; NULL for staff
    roles       TEXT NOT NULL DEFAULT '', -- staff: role words joined by commas
    password    TEXT,                   -- Argon2id in PHC form
    totp        BLOB,                   -- the shared secret of an authenticator app
    totp_step   INTEGER,                -- the last time step accepted: no code works twice
    state       TEXT NOT NULL CHECK (state IN ('invited', 'open', 'locked')),
    language    TEXT,
    made_at     INTEGER NOT NULL,
    made_by     TEXT NOT NULL,
    CHECK ((kind = 'staff') = (patient IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_of_patient ON account (patient) WHERE kind = 'patient';
CREATE INDEX account_patient ON account (patient) WHERE patient IS NOT NULL;

CREATE TABLE passkey (
    id         BLOB PRIMARY KEY,        -- the credential id its authenticator gave
    account    BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    credential TEXT NOT NULL,           -- what the WebAuthn library keeps, JSON
    label      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_account ON passkey (account);

-- A printed list of one-time codes; only hashes.
CREATE TABLE one_time_code (
    account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    nth     INTEGER NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    used_at INTEGER,
    PRIMARY KEY (account, nth)
) STRICT, WITHOUT ROWID;

-- A code on paper that opens an account once.
CREATE TABLE invitation (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    account    BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tries      INTEGER NOT NULL DEFAULT 0, -- wrong birth dates
    made_at    INTEGER NOT NULL,
    made_by    TEXT NOT NULL,
    ends_at    INTEGER NOT NULL,
    ended      TEXT CHECK (ended IN ('used', 'replaced', 'tries')), -- why it no longer works; NULL: it does until ends_at
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_account ON invitation (account);
CREATE INDEX invitation_ended ON invitation (ended, ended_at) WHERE ended IS NOT NULL;

CREATE TABLE session (
    id           BLOB PRIMARY KEY CHECK (length(id) = 32), -- SHA-256 of the cookie's token
    former       BLOB,                  -- the same of the token before the last change, good for a moment longer
    changed_at   INTEGER NOT NULL,
    account      BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    site         TEXT NOT NULL CHECK (site IN ('patient', 'staff')),
    stage        TEXT NOT NULL CHECK (stage IN ('setup', 'second', 'open')),
    csrf         BLOB NOT NULL CHECK (length(csrf) = 16),
    device       TEXT NOT NULL,         -- "Firefox, Linux", for the list of one's own sessions
    opened_at    INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    proved_at    INTEGER NOT NULL       -- when the person last proved who they are
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_former ON session (former) WHERE former IS NOT NULL;
CREATE INDEX session_seen ON session (seen_at);

-- Failed attempts, by the hash of what is counted: an account on a known device, an account anywhere, a network.
CREATE TABLE attempt (
    what     BLOB PRIMARY KEY CHECK (length(what) = 32),
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_last ON attempt (last_at);

-- What somebody had typed when their session ran out: shown again on the same page once they are back.
CREATE TABLE draft (
    account BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    path    TEXT NOT NULL,
    fields  TEXT NOT NULL,           -- JSON: pairs of name and text, without the form's token
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_at ON draft (at);
