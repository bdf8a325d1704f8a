-- Admissions' own rules. A change is another version; what is in force follows from the last switch, which names the version it was for.
CREATE TABLE admission_rule (
    id         BLOB NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    name       TEXT NOT NULL,
    conditions TEXT NOT NULL, -- JSON
    reason     INTEGER NOT NULL,
    made_at    INTEGER NOT NULL,
    made_by    TEXT NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER admission_rule_no_change BEFORE UPDATE ON admission_rule BEGIN SELECT RAISE(ABORT, 'a rule gets another version'); END;

CREATE TABLE admission_rule_switch (
    rule    BLOB NOT NULL,
    number  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('on', 'off', 'removed')),
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    PRIMARY KEY (rule, number),
    FOREIGN KEY (rule, version) REFERENCES admission_rule (id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER admission_rule_switch_no_change BEFORE UPDATE ON admission_rule_switch BEGIN SELECT RAISE(ABORT, 'a switch is not rewritten'); END;

-- What rules declined. A row changes only once: when a person reopens it.
CREATE TABLE admission_rule_decline (
    conversation BLOB PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
    rule         BLOB NOT NULL,
    version      INTEGER NOT NULL,
    on_by        TEXT NOT NULL,    -- who had switched it on
    declined_at  INTEGER NOT NULL,
    reopened_at  INTEGER,
    reopened_by  TEXT,
    FOREIGN KEY (rule, version) REFERENCES admission_rule (id, version),
    CHECK ((reopened_at IS NULL) = (reopened_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX admission_rule_decline_time ON admission_rule_decline (declined_at);
CREATE TRIGGER admission_rule_decline_no_change BEFORE UPDATE ON admission_rule_decline
    WHEN OLD.reopened_at IS NOT NULL OR NEW.conversation != OLD.conversation OR NEW.rule != OLD.rule OR NEW.version != OLD.version
        OR NEW.on_by != OLD.on_by OR NEW.declined_at != OLD.declined_at
    BEGIN SELECT RAISE(ABORT, 'a decline is not rewritten'); END;

-- The last inquiries that came: what a new rule is shown against.
CREATE INDEX conversation_came ON conversation (opened_at) WHERE side = 'owner';
