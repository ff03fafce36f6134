-- An id is its tenant's own: the key is tenant/id for all tenants but the default one.
ALTER TABLE generation_metadata ALTER COLUMN generation_id SET DATA TYPE VARCHAR(192);
ALTER TABLE generation ALTER COLUMN id SET DATA TYPE VARCHAR(192);
ALTER TABLE webhook_message ALTER COLUMN generation_id SET DATA TYPE VARCHAR(192);
