-- Which entries of the audit are about whom: its index, entered 1024 entries at a time and in order (`audit::append`). As an index of the
-- table itself it had every look at a patient change a page of the file that nothing else of the same moment changes. Entries that are not
-- entered yet are few enough to be read through.
CREATE TABLE audit_about (
    subject BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_about SELECT subject, seq FROM audit
    WHERE subject IS NOT NULL AND seq <= (SELECT coalesce(max(seq), 0) / 1024 * 1024 FROM audit) ORDER BY subject, seq;
DROP INDEX audit_subject;
