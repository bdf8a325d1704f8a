-- Public records that every node holds a copy of: who belongs, where they are reached, what is free. All are signed by their
-- writers and kept as the exact bytes that came; the columns beside them only name them.

-- Network documents worth keeping: those that changed board keys and the one before them, the last that listed a former member, the
-- one before the held one, and the held one (the highest).
CREATE TABLE network_document (
    version INTEGER PRIMARY KEY,
    bytes   BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

-- Properly signed documents that carry the version of another one: proof that a board contradicted itself.
CREATE TABLE document_contradiction (
    version INTEGER NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    bytes   BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (version, digest)
) STRICT;

CREATE TABLE suspension (
    digest  BLOB PRIMARY KEY CHECK (length(digest) = 32),
    bytes   BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

-- Where nodes are reached: the newest record of each.
CREATE TABLE address (
    member  TEXT NOT NULL,
    node    TEXT NOT NULL,
    bytes   BLOB NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (member, node)
) STRICT;

-- What departments state about their free places: the statement that counts of each.
CREATE TABLE capacity (
    facility   TEXT NOT NULL,
    department TEXT NOT NULL,
    bytes      BLOB NOT NULL,
    kept_at    INTEGER NOT NULL,
    PRIMARY KEY (facility, department)
) STRICT;

-- Proof that a department's writer said two things under one order number.
CREATE TABLE equivocation (
    facility   TEXT NOT NULL,
    department TEXT NOT NULL,
    bytes      BLOB NOT NULL,
    seen_at    INTEGER NOT NULL,
    PRIMARY KEY (facility, department)
) STRICT;

-- What staff of this clinic stated about its own departments, before held places are taken off: JSON (domain/capacity.rs).
CREATE TABLE stated_capacity (
    facility    TEXT NOT NULL,
    department  TEXT NOT NULL,
    entry       TEXT NOT NULL,
    observed_at INTEGER NOT NULL,      -- when somebody last said that it is right
    stated_by   TEXT NOT NULL,
    PRIMARY KEY (facility, department)
) STRICT;
