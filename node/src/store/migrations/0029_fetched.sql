-- When the recipient of a permission fetched the document to its end; 0: not yet. What was given before this was watched has nothing.
ALTER TABLE document_grant ADD COLUMN fetched_at INTEGER;
