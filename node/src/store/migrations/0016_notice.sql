-- E-mail: who has proved which address, what is new for whom, and what waits to be sent.

CREATE TABLE mailbox (
    account   BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    address   TEXT,                  -- proved by a code that was sent there
    proved_at INTEGER,
    second    INTEGER NOT NULL DEFAULT 0 CHECK (second IN (0, 1)), -- whether codes by e-mail are a second factor
    silent    INTEGER NOT NULL DEFAULT 0, -- kinds of news switched off, one bit each
    failed    TEXT,                  -- the status with which a mail server refused the address for good
    failed_at INTEGER,
    wanted    TEXT,                  -- typed and not proved yet
    wanted_by TEXT,                  -- by whom, as in the audit
    wanted_at INTEGER,
    CHECK ((address IS NULL) = (proved_at IS NULL)),
    CHECK (second = 0 OR address IS NOT NULL),
    CHECK ((failed IS NULL) = (failed_at IS NULL)),
    CHECK ((wanted IS NULL) = (wanted_at IS NULL))
) STRICT, WITHOUT ROWID;

-- The one code by e-mail that an account may type now; only its hash.
CREATE TABLE mail_code (
    account BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('address', 'sign-in')),
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    tries   INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a patient has not seen yet, a row a kind; it goes when the patient looks.
CREATE TABLE news (
    patient   BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL CHECK (kind IN ('message', 'offer', 'place', 'document')),
    raised_at INTEGER NOT NULL,      -- the first one not seen
    called_at INTEGER,               -- when staff told the patient by telephone
    called_by TEXT,
    PRIMARY KEY (patient, kind),
    CHECK ((called_at IS NULL) = (called_by IS NULL))
) STRICT, WITHOUT ROWID;

-- Mails: the outbox of e-mail. One that has left stays for a while, so that one that comes back is recognised.
CREATE TABLE post (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16), -- random; in the Message-ID
    errand    TEXT NOT NULL CHECK (errand IN ('notice', 'code', 'inquiry')),
    account   BLOB REFERENCES account (id) ON DELETE CASCADE, -- whose; NULL for what goes to admissions
    recipient TEXT,                  -- the address when it was queued; NULL for what goes to admissions
    code      TEXT,                  -- what a code's mail carries, until it has left
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'seen')), -- seen: whoever it told has looked
    queued_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,      -- when it is given up
    attempts  INTEGER NOT NULL DEFAULT 0,
    next_try  INTEGER NOT NULL,
    cause     TEXT,                  -- why the last attempt failed
    done_at   INTEGER,               -- when it left or failed for good
    CHECK ((account IS NULL) = (recipient IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX post_waiting ON post (next_try) WHERE state = 'waiting';
CREATE INDEX post_account ON post (account, errand);
CREATE INDEX post_queued ON post (queued_at);
