-- Browsers in which somebody has signed in before. What a browser says of itself proves nothing: only those listed here are counted apart
-- from strangers' attempts.
CREATE TABLE known_device (
    account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    device  BLOB NOT NULL CHECK (length(device) = 32), -- SHA-256 of what the browser keeps
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_device_seen ON known_device (seen_at);
