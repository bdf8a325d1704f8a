-- Conversations with other clinics: what was signed (kept), what was said (erasable), what is still to be sent, what is held.

-- What is being arranged for a patient, and the inquiries that belong to it. Only at the asking clinic.
CREATE TABLE discharge_case (
    id         BLOB PRIMARY KEY CHECK (length(id) = 8),
    patient    BLOB REFERENCES patient (id) ON DELETE SET NULL, -- erased: the evidence stays and names nobody
    variant    TEXT NOT NULL CHECK (variant IN ('rehab', 'transfer')),
    discharge  INTEGER,               -- day of discharge, planned or done: starts the AHB clock
    exception  INTEGER,               -- code of the list ahb-exception: why it may begin later
    opened_at  INTEGER NOT NULL,
    opened_by  TEXT NOT NULL,
    chosen     BLOB,                  -- the conversation whose offer the patient chose
    closed_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX case_patient ON discharge_case (patient);

-- One conversation, as one of its two sides sees it. log, own_chain and peer_chain are CBOR of the protocol crate; the columns
-- before them repeat what is searched for.
CREATE TABLE conversation (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    side           TEXT NOT NULL CHECK (side IN ('asker', 'owner')),
    discharge_case BLOB REFERENCES discharge_case (id),
    patient        BLOB REFERENCES patient (id) ON DELETE SET NULL, -- at the owner: once accepted
    consent        BLOB,              -- what the inquiry rests on: consent or necessity, by its random id
    release        BLOB,              -- what the identified part rests on
    own_facility   TEXT NOT NULL,
    peer           TEXT NOT NULL,
    peer_facility  TEXT NOT NULL,
    department     TEXT,              -- the department asked, later the one that offered
    step           TEXT NOT NULL,
    log            BLOB NOT NULL,
    own_chain      BLOB NOT NULL,
    peer_chain     BLOB NOT NULL,
    opened_at      INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    remind_at      INTEGER,           -- when our staff are reminded; NULL: not our turn, or reminded
    due_at         INTEGER,           -- when it is overdue
    end_at         INTEGER,           -- when our clock ends it; NULL: not ours to end
    ended_at       INTEGER,
    erase_at       INTEGER,           -- when bodies are to be erased
    erased_at      INTEGER,
    auto_confirm   INTEGER NOT NULL DEFAULT 0 CHECK (auto_confirm IN (0, 1)),
    trouble        TEXT,              -- why a person must call: undeliverable, refused, contradiction
    trouble_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_case ON conversation (discharge_case) WHERE discharge_case IS NOT NULL;
CREATE INDEX conversation_open ON conversation (side, changed_at) WHERE ended_at IS NULL;
CREATE INDEX conversation_peer ON conversation (peer) WHERE ended_at IS NULL;
CREATE INDEX conversation_remind ON conversation (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX conversation_end ON conversation (end_at) WHERE end_at IS NOT NULL;
CREATE INDEX conversation_erase ON conversation (erase_at) WHERE erase_at IS NOT NULL;

-- Both chains: exact signed bytes. The primary key is the inbox rule: one message per author, conversation and number.
CREATE TABLE message (
    conversation BLOB NOT NULL REFERENCES conversation (id),
    side         TEXT NOT NULL CHECK (side IN ('asker', 'owner')),
    seq          INTEGER NOT NULL CHECK (seq >= 0),
    kind         INTEGER NOT NULL,
    header       BLOB NOT NULL,
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    stored_at    INTEGER NOT NULL,
    receipt      BLOB,                -- exact signed bytes: ours for theirs, theirs for ours
    receipted_at INTEGER,
    outcome      TEXT,                -- stored, or the refusal's word
    PRIMARY KEY (conversation, side, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_digest ON message (digest);
CREATE TRIGGER message_no_delete BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'headers are evidence and are never deleted'); END;
CREATE TRIGGER message_no_change BEFORE UPDATE ON message
WHEN (new.conversation, new.side, new.seq, new.kind, new.header, new.digest, new.stored_at) IS NOT (old.conversation, old.side, old.seq, old.kind, old.header, old.digest, old.stored_at)
  OR (old.receipt IS NOT NULL AND new.receipt IS NOT old.receipt)
BEGIN SELECT RAISE(ABORT, 'headers and receipts are evidence and never change'); END;

-- What was said. A row of its own, so that it can be erased while header, receipt and audit stay.
CREATE TABLE body (
    conversation BLOB NOT NULL,
    side         TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    salt         BLOB NOT NULL CHECK (length(salt) = 16),
    body         BLOB NOT NULL,
    PRIMARY KEY (conversation, side, seq),
    FOREIGN KEY (conversation, side, seq) REFERENCES message (conversation, side, seq)
) STRICT;

-- Our messages that have no receipt yet, in the order they were written.
CREATE TABLE outbox (
    position     INTEGER PRIMARY KEY AUTOINCREMENT,
    member       TEXT NOT NULL,
    conversation BLOB NOT NULL,
    side         TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    queued_at    INTEGER NOT NULL,
    UNIQUE (conversation, seq),
    FOREIGN KEY (conversation, side, seq) REFERENCES message (conversation, side, seq)
) STRICT;
CREATE INDEX outbox_member ON outbox (member, position);

-- How sending to a member goes. No row: nothing has failed.
CREATE TABLE delivery (
    member        TEXT PRIMARY KEY,
    failing_since INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    next_try      INTEGER NOT NULL,
    cause         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Two different messages under one number: proof against their author.
CREATE TABLE contradiction (
    conversation BLOB NOT NULL,
    author       TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    held         BLOB NOT NULL,       -- the header held, exact bytes
    other        BLOB NOT NULL,       -- the one that came later
    found_at     INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, seq)
) STRICT, WITHOUT ROWID;

-- Places held for offers. Written by the single writer in the transaction that signs the offer, so none is held twice.
CREATE TABLE hold (
    conversation BLOB PRIMARY KEY REFERENCES conversation (id),
    facility     TEXT NOT NULL,
    department   TEXT NOT NULL,
    from_day     INTEGER NOT NULL,
    days         INTEGER NOT NULL CHECK (days >= 1),
    state        TEXT NOT NULL CHECK (state IN ('held', 'admitted', 'ended')),
    since        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_active ON hold (facility, department) WHERE state <> 'ended';
