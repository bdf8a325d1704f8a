-- What is to be fetched next is asked for whenever a transfer ends: with ten thousand waiting, a scan each time would be all a node does.
CREATE INDEX document_transfer_due ON document_transfer (next_at, document);

-- No question is asked by a message's digest, and each entry was a page of its own to encrypt.
DROP INDEX message_digest;
