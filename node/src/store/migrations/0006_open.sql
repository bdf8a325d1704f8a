-- How many conversations are open with each member. Asked for at each new one, when counting twenty thousand rows would cost more than
-- everything else about it.
CREATE TABLE open_conversations (
    peer  TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO open_conversations (peer, count) SELECT peer, count(*) FROM conversation WHERE ended_at IS NULL GROUP BY peer;

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
