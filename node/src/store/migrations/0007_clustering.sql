-- Conversations and messages lie in the order they were written, and are found by an index. Before, each lay in a leaf of its own by its
-- random name, so that every message had whole pages encrypted and written again for each of its rows; now many share one.
-- Body and outbox name a message by its place, which needs no further index. (Foreign keys are off while a migration runs, and
-- checked at its end.)

CREATE TABLE conversation_new (
    id             BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
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
) STRICT;

-- The primary key is the inbox rule: one message per author, conversation and number.
CREATE TABLE message_new (
    place        INTEGER PRIMARY KEY, -- in the order they were written here
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
    UNIQUE (conversation, side, seq)
) STRICT;

-- What was said. A row of its own, so that it can be erased while header, receipt and audit stay.
CREATE TABLE body_new (
    message INTEGER PRIMARY KEY REFERENCES message (place),
    salt    BLOB NOT NULL CHECK (length(salt) = 16),
    body    BLOB NOT NULL
) STRICT;

-- Our messages that have no receipt yet. They are sent in the order they were written.
CREATE TABLE outbox_new (
    message   INTEGER PRIMARY KEY REFERENCES message (place),
    member    TEXT NOT NULL,
    queued_at INTEGER NOT NULL
) STRICT;

INSERT INTO conversation_new (id, side, discharge_case, patient, consent, release, own_facility, peer, peer_facility, department, step, log, own_chain, peer_chain,
    opened_at, changed_at, remind_at, due_at, end_at, ended_at, erase_at, erased_at, auto_confirm, trouble, trouble_at)
    SELECT id, side, discharge_case, patient, consent, release, own_facility, peer, peer_facility, department, step, log, own_chain, peer_chain,
    opened_at, changed_at, remind_at, due_at, end_at, ended_at, erase_at, erased_at, auto_confirm, trouble, trouble_at FROM conversation ORDER BY opened_at, id;
-- Within a chain the order of the numbers counts, whatever the clock said.
INSERT INTO message_new (conversation, side, seq, kind, header, digest, stored_at, receipt, receipted_at, outcome)
    SELECT m.conversation, m.side, m.seq, m.kind, m.header, m.digest, m.stored_at, m.receipt, m.receipted_at, m.outcome
    FROM message m JOIN conversation c ON c.id = m.conversation ORDER BY c.opened_at, m.conversation, m.side, m.seq;
INSERT INTO body_new (message, salt, body)
    SELECT m.place, b.salt, b.body FROM body b JOIN message_new m USING (conversation, side, seq) ORDER BY m.place;
INSERT INTO outbox_new (message, member, queued_at)
    SELECT m.place, o.member, o.queued_at FROM outbox o JOIN message_new m USING (conversation, side, seq) ORDER BY m.place;

DROP TABLE outbox;
DROP TABLE body;
DROP TABLE message;
DROP TABLE conversation;
ALTER TABLE conversation_new RENAME TO conversation;
ALTER TABLE message_new RENAME TO message;
ALTER TABLE body_new RENAME TO body;
ALTER TABLE outbox_new RENAME TO outbox;

CREATE INDEX conversation_case ON conversation (discharge_case) WHERE discharge_case IS NOT NULL;
-- Also for the list of all that are open, which is short beside all there ever were. By time of change it would be written with every message.
CREATE INDEX conversation_peer ON conversation (peer) WHERE ended_at IS NULL;
CREATE INDEX conversation_remind ON conversation (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX conversation_end ON conversation (end_at) WHERE end_at IS NOT NULL;
CREATE INDEX conversation_erase ON conversation (erase_at) WHERE erase_at IS NOT NULL;
CREATE INDEX outbox_member ON outbox (member, message);

CREATE TRIGGER conversation_opened AFTER INSERT ON conversation WHEN NEW.ended_at IS NULL BEGIN
    INSERT INTO open_conversations (peer, count) VALUES (NEW.peer, 1) ON CONFLICT (peer) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER conversation_ended AFTER UPDATE OF ended_at ON conversation WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL BEGIN
    UPDATE open_conversations SET count = count - 1 WHERE peer = NEW.peer;
END;
CREATE TRIGGER conversation_reopened AFTER UPDATE OF ended_at ON conversation WHEN OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL BEGIN
    UPDATE open_conversations SET count = count + 1 WHERE peer = NEW.peer;
END;
CREATE TRIGGER conversation_deleted AFTER DELETE ON conversation WHEN OLD.ended_at IS NULL BEGIN
    UPDATE open_conversations SET count = count - 1 WHERE peer = OLD.peer;
END;
CREATE TRIGGER message_no_delete BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'headers are evidence and are never deleted'); END;
CREATE TRIGGER message_no_change BEFORE UPDATE ON message
WHEN (new.place, new.conversation, new.side, new.seq, new.kind, new.header, new.digest, new.stored_at)
     IS NOT (old.place, old.conversation, old.side, old.seq, old.kind, old.header, old.digest, old.stored_at)
  OR (old.receipt IS NOT NULL AND new.receipt IS NOT old.receipt)
BEGIN SELECT RAISE(ABORT, 'headers and receipts are evidence and never change'); END;
