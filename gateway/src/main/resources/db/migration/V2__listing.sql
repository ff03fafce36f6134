-- What listings ask for, and by what requests under the same id are told apart.
-- The store is a projection of the topics: emptied, it is read anew, and every row has what is new here.
DELETE FROM generation;
DELETE FROM projection_offset;

ALTER TABLE generation ADD COLUMN model VARCHAR(128);
ALTER TABLE generation ADD COLUMN priority VARCHAR(16) NOT NULL;
-- SHA-256 over the request without its id; null while only events were seen.
ALTER TABLE generation ADD COLUMN request_hash VARCHAR(64);

DROP INDEX generation_by_age;
CREATE INDEX generation_by_age ON generation (tenant, created_at, id);
CREATE INDEX generation_by_status ON generation (tenant, status, created_at, id);
CREATE INDEX generation_by_model ON generation (tenant, model, created_at, id);
-- The queue of all tenants.
CREATE INDEX generation_in_queue ON generation (status, priority, created_at);
-- What is old enough to be forgotten.
CREATE INDEX generation_created ON generation (created_at);

-- A row per entry of a generation's metadata, in the order of a listing.
CREATE TABLE generation_metadata (
    tenant        VARCHAR(128) NOT NULL,
    name          VARCHAR(64)  NOT NULL,
    content       VARCHAR(256) NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    generation_id VARCHAR(128) NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, name, content, created_at, generation_id)
);

CREATE INDEX generation_metadata_by_generation ON generation_metadata (generation_id);
