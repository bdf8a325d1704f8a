-- When the clock was last known to be right. A node that starts by another clock than it went down with must not go by it unasked.
ALTER TABLE node ADD COLUMN clock_good_at INTEGER;
