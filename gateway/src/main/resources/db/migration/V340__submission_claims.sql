-- Which request is being sent under an id that its caller chose. Of the last minutes only: what Kafka has taken is a generation.
CREATE TABLE submission_claim (
    id           VARCHAR(192) PRIMARY KEY,
    request_hash VARCHAR(64)  NOT NULL,
    claimed_at   TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE INDEX submission_claim_by_age ON submission_claim (claimed_at);
