-- What the social service writes about a case. Nothing is overwritten: a change is another row (§630f BGB).
CREATE TABLE case_plan (
    discharge_case BLOB NOT NULL REFERENCES discharge_case (id) ON DELETE CASCADE,
    version        INTEGER NOT NULL,
    plan           TEXT NOT NULL, -- JSON
    made_at        INTEGER NOT NULL,
    made_by        TEXT NOT NULL,
    PRIMARY KEY (discharge_case, version)
) STRICT, WITHOUT ROWID;

-- Who looks after a case, from when on.
CREATE TABLE case_owner (
    discharge_case BLOB NOT NULL REFERENCES discharge_case (id) ON DELETE CASCADE,
    since          INTEGER NOT NULL,
    owner          TEXT NOT NULL,
    given_by       TEXT NOT NULL,
    PRIMARY KEY (discharge_case, since)
) STRICT, WITHOUT ROWID;

-- Notes and calls, with the time.
CREATE TABLE case_note (
    discharge_case BLOB NOT NULL REFERENCES discharge_case (id) ON DELETE CASCADE,
    at             INTEGER NOT NULL,
    number         INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('note', 'call')),
    text           TEXT NOT NULL,
    made_by        TEXT NOT NULL,
    PRIMARY KEY (discharge_case, at, number)
) STRICT, WITHOUT ROWID;

-- Departments that the social service asks first for an indication group.
CREATE TABLE favourite (
    indication INTEGER NOT NULL,
    facility   TEXT NOT NULL,
    department TEXT NOT NULL,
    PRIMARY KEY (indication, facility, department)
) STRICT, WITHOUT ROWID;
