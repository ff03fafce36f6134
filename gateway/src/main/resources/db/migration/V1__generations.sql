-- What the topics say about each generation, and up to where they were read. Runs on H2 (PostgreSQL mode) and PostgreSQL.
CREATE TABLE generation (
    id         VARCHAR(128) PRIMARY KEY,
    tenant     VARCHAR(128) NOT NULL,
    status     VARCHAR(16)  NOT NULL,
    attempt    INTEGER      NOT NULL,
    -- Whether generation.queued.v1 was sent for it.
    announced  BOOLEAN      NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    -- The generation as JSON, exactly as its latest event has it.
    document   VARCHAR      NOT NULL
);

CREATE INDEX generation_by_age ON generation (tenant, created_at DESC, id);

CREATE TABLE projection_offset (
    topic           VARCHAR(249) NOT NULL,
    topic_partition INTEGER      NOT NULL,
    next_offset     BIGINT       NOT NULL,
    PRIMARY KEY (topic, topic_partition)
);
