-- Whom nobody wants any more, as the topic of cancellations says. The end that follows is an event of the worker.
CREATE TABLE cancel_request (
    id           VARCHAR(192) PRIMARY KEY,
    -- Milliseconds since 1970, as records have them.
    requested_at BIGINT NOT NULL
);

CREATE INDEX cancel_request_by_age ON cancel_request (requested_at);
