-- Receivers that never answered get few of the threads, so that many new ones that hang cannot hold all of them.
ALTER TABLE webhook_receiver ADD COLUMN answered BOOLEAN DEFAULT FALSE NOT NULL;
