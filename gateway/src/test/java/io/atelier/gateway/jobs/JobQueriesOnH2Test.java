package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import java.util.UUID;

class JobQueriesOnH2Test extends JobQueriesContract {
    @Override
    Database open() {
        return Database.open(
                DatabaseSettings.h2InMemory("queries-" + UUID.randomUUID().toString()));
    }
}
