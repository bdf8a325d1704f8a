-- Whose file this is, what was done with it (audit), and about whom (patients, consents).
-- Conventions of every migration: STRICT tables; moments are INTEGER milliseconds since 1970 UTC; days are INTEGER days since
-- 1970-01-01; random names are BLOBs; code words are TEXT. Nothing is ever signed from columns: signed things are kept as exact bytes.

PRAGMA application_id = 0x56524244; -- VRBD

-- The node this data directory belongs to: exactly one row.
CREATE TABLE node (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    network        TEXT,              -- identity: set once, by the first start
    member         TEXT,
    node           TEXT,
    epoch          INTEGER NOT NULL DEFAULT 1 CHECK (epoch >= 1), -- raised by every restore, so that no order number is used twice
    app_version    TEXT,              -- program that last wrote here
    started_at     INTEGER,
    stopped_at     INTEGER,           -- last clean stop; NULL while running or after a crash
    recovering_at  INTEGER            -- since when the node recovers from a restore; NULL: it does not
) STRICT;
INSERT INTO node (one) VALUES (1);

-- Order numbers given out, by purpose (`address`, `capacity`, ...). Saved with what carries them, so none is given twice.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

-- Where an epoch began: the audit chain as the backup had it. What peers saw beyond that in an older epoch was lost honestly.
CREATE TABLE restore_point (
    epoch     INTEGER PRIMARY KEY,
    audit_len INTEGER NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

-- During recovery: members that may be spoken to again, because they answered or because a person released them by name.
CREATE TABLE recovered_member (
    member TEXT PRIMARY KEY,
    how    TEXT NOT NULL CHECK (how IN ('answered', 'released')),
    actor  TEXT,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what, when and why. hash = SHA-256(hash before, entry); entry is the exact CBOR. The other columns repeat it for
-- searching and are compared with it when the chain is verified.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject BLOB,                     -- a patient's random id; without the patient's row it names nobody
    entry   BLOB NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX audit_at ON audit (at);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

-- Heads of other nodes' audit chains, from their signed address records: kept so that they can be told when theirs was rewritten.
CREATE TABLE witness (
    member TEXT NOT NULL,
    node   TEXT NOT NULL,
    epoch  INTEGER NOT NULL,
    len    INTEGER NOT NULL,
    head   BLOB NOT NULL CHECK (length(head) = 32),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (member, node, epoch, len, head)
) STRICT, WITHOUT ROWID;

-- Patients of this clinic. The row is the only link from the random id to a person. `entry` is the whole entry as JSON; the other
-- columns repeat what is searched by.
CREATE TABLE patient (
    id          BLOB PRIMARY KEY CHECK (length(id) = 8),
    version     INTEGER NOT NULL CHECK (version >= 1),
    entry       TEXT NOT NULL,
    names       TEXT NOT NULL,         -- family and given names in lower case, a space before each word
    birth_date  TEXT NOT NULL,
    kvnr        TEXT,
    case_number TEXT,
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX patient_kvnr ON patient (kvnr) WHERE kvnr IS NOT NULL;
CREATE UNIQUE INDEX patient_case ON patient (case_number) WHERE case_number IS NOT NULL;
CREATE INDEX patient_birth ON patient (birth_date);

-- What a patient's entry said before it was changed (§630f BGB: the original and the time of a change stay visible).
CREATE TABLE patient_version (
    patient    BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    entry      TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (patient, version)
) STRICT, WITHOUT ROWID;

-- What a patient (or who decides for them) allowed or refused. A row is never changed, except that it may be revoked once; a later
-- decision is a new row.
CREATE TABLE consent (
    id          BLOB PRIMARY KEY CHECK (length(id) = 8),
    patient     BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    ordinal     INTEGER NOT NULL,      -- order of decisions about this patient, from 1
    entry       TEXT NOT NULL,         -- JSON: kind, decision, recipient, form, who, how, from when until when
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    revoked_at  INTEGER,
    revoked_by  TEXT,
    UNIQUE (patient, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_no_change BEFORE UPDATE ON consent
WHEN old.revoked_at IS NOT NULL
  OR (new.id, new.patient, new.ordinal, new.entry, new.recorded_at, new.recorded_by)
     IS NOT (old.id, old.patient, old.ordinal, old.entry, old.recorded_at, old.recorded_by)
BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END;

-- What rests on a consent and ends with it.
CREATE TABLE consent_use (
    consent BLOB NOT NULL REFERENCES consent (id) ON DELETE CASCADE,
    what    TEXT NOT NULL CHECK (what IN ('conversation', 'grant')),
    id      BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (consent, what, id)
) STRICT, WITHOUT ROWID;
