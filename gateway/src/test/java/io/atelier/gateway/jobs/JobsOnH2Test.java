package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import java.util.UUID;

class JobsOnH2Test extends JobsContract {
    @Override
    Database open() {
        return Database.open(
                DatabaseSettings.h2InMemory("jobs-" + UUID.randomUUID().toString()));
    }
}
