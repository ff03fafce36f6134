-- H2 reads a listing in the order of an index only if it names all columns of the index, in the index's own direction; else it
-- sorts all that a tenant has.
DROP INDEX generation_by_age;
DROP INDEX generation_by_status;
DROP INDEX generation_by_model;
DROP INDEX generation_in_queue;
CREATE INDEX generation_by_age ON generation (tenant DESC, created_at DESC, id DESC);
CREATE INDEX generation_by_status ON generation (tenant DESC, status DESC, created_at DESC, id DESC);
CREATE INDEX generation_by_model ON generation (tenant DESC, model DESC, created_at DESC, id DESC);
CREATE INDEX generation_by_model_and_status
    ON generation (tenant DESC, model DESC, status DESC, created_at DESC, id DESC);
CREATE INDEX generation_in_queue ON generation (status DESC, priority DESC, created_at DESC);

-- A projection of the topics: emptied, the store is read anew.
DELETE FROM generation;
DELETE FROM projection_offset;
DROP TABLE generation_metadata;
CREATE TABLE generation_metadata (
    tenant        VARCHAR(128) NOT NULL,
    name          VARCHAR(64)  NOT NULL,
    content       VARCHAR(256) NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    generation_id VARCHAR(192) NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    PRIMARY KEY (generation_id, name)
);
CREATE INDEX generation_by_metadata
    ON generation_metadata (tenant DESC, name DESC, content DESC, created_at DESC, generation_id DESC);
