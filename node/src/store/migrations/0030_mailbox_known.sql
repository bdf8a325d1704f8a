-- An address of the patient's own that refuses mails is work for people until somebody has told her, also while relatives are reached.
ALTER TABLE mailbox ADD COLUMN known_at INTEGER; -- since when staff have dealt with an address that failed
CREATE INDEX mailbox_failed ON mailbox (failed_at) WHERE failed IS NOT NULL;
