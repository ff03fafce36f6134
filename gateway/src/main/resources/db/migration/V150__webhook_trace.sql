-- The header traceparent of what made the message.
ALTER TABLE webhook_message ADD COLUMN traceparent VARCHAR(55);
