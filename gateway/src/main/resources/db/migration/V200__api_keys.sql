-- Who may call. Not a projection: unlike all else here it cannot be read from the topics again. Times are milliseconds
-- since 1970.
CREATE TABLE api_key (
    -- The part of a key that may be shown.
    id          VARCHAR(32) PRIMARY KEY,
    tenant      VARCHAR(64) NOT NULL,
    -- SHA-256 of the whole key, in hexadecimal. The key itself is nowhere.
    secret_hash VARCHAR(64) NOT NULL,
    created_at  BIGINT      NOT NULL,
    revoked_at  BIGINT
);
