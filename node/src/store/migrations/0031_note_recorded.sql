-- A call can be noted later than it was held; then both times count. Without this one a note was written when it says.
ALTER TABLE case_note ADD COLUMN recorded_at INTEGER;
