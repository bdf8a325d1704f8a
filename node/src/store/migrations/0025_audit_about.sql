-- The index of who entries are about is entered 4096 entries at a time (before, 1024): each time changes a page of the file for nearly every
-- patient somebody has looked at since, which was half of all that a busy node wrote. What was entered of a part that is not full yet is
-- entered with the rest of it.
DELETE FROM audit_about WHERE seq > (SELECT coalesce(max(seq), 0) / 4096 * 4096 FROM audit);
