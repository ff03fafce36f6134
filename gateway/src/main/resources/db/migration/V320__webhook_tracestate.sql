-- The header tracestate that goes with traceparent.
ALTER TABLE webhook_message ADD COLUMN tracestate VARCHAR(512);
