-- As the due messages of a receiver are looked for: the first few are found without reading all that wait.
CREATE INDEX webhook_message_next ON webhook_message (receiver, state, due_at, seq);
DROP INDEX webhook_message_due;

-- Until when nobody calls the receiver, whatever comes for it.
ALTER TABLE webhook_receiver ADD COLUMN not_before BIGINT DEFAULT 0 NOT NULL;
