-- Teams of the clinic that patients write to. IT sets them up; no patient is in these three tables.
CREATE TABLE team (
    id         BLOB PRIMARY KEY CHECK (length(id) = 8),
    german     TEXT NOT NULL,
    english    TEXT NOT NULL,
    role       TEXT,                       -- everybody with this role belongs to it, besides those named in team_member
    owner      BLOB REFERENCES account (id),
    substitute BLOB REFERENCES account (id),
    hours      INTEGER NOT NULL CHECK (hours >= 1), -- within which an answer is promised
    weekends   INTEGER NOT NULL,           -- 1: hours on Saturday and Sunday count
    first      INTEGER NOT NULL,           -- 1: patients write to it unless they choose another
    ended_at   INTEGER                     -- takes nothing new since
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX team_first ON team (first) WHERE first = 1;

CREATE TABLE team_member (
    team    BLOB NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (team, account)
) STRICT, WITHOUT ROWID;

-- Staff who are away, and the last day of it.
CREATE TABLE absence (
    account BLOB PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- There is a team on the first day: everybody in the social service.
INSERT INTO team (id, german, english, role, hours, weekends, first) VALUES (X'736f7a69616c0001', 'Sozialdienst', 'Social service', 'social-service', 24, 0, 1);

-- What a patient and a team write to each other.
CREATE TABLE thread (
    id            BLOB PRIMARY KEY CHECK (length(id) = 8),
    patient       BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    team          BLOB NOT NULL REFERENCES team (id),
    taken_by      BLOB REFERENCES account (id) ON DELETE SET NULL,
    waiting_since INTEGER,                 -- the first message that nobody answered; NULL: none waits
    due           INTEGER,                 -- by when its answer was promised
    all_at        INTEGER,                 -- from when on it is everybody's in the team
    last          INTEGER NOT NULL,        -- place of the last entry
    changed_at    INTEGER NOT NULL,
    CHECK ((waiting_since IS NULL) = (due IS NULL)),
    CHECK ((waiting_since IS NULL) = (all_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_patient ON thread (patient);
CREATE INDEX thread_team ON thread (team, changed_at);
CREATE INDEX thread_due ON thread (due) WHERE due IS NOT NULL;

CREATE TABLE thread_entry (
    place   INTEGER PRIMARY KEY AUTOINCREMENT,
    thread  BLOB NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('asked', 'answered', 'taken', 'handed', 'closed')),
    text    TEXT NOT NULL,                 -- what was written; for 'closed' why there is no answer
    made_by TEXT NOT NULL,                 -- as in the audit
    team    BLOB REFERENCES team (id),     -- 'handed': to whom
    person  BLOB REFERENCES account (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX thread_entry_thread ON thread_entry (thread, place);
CREATE TRIGGER thread_entry_no_change BEFORE UPDATE OF at, kind, text, made_by ON thread_entry BEGIN SELECT RAISE(ABORT, 'what somebody wrote never changes'); END;

-- How far the patient, and whoever acts for the patient, has read.
CREATE TABLE thread_seen (
    thread  BLOB NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
    account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    place   INTEGER NOT NULL,
    PRIMARY KEY (thread, account)
) STRICT, WITHOUT ROWID;
