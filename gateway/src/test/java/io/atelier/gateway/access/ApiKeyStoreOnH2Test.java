package io.atelier.gateway.access;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import java.util.UUID;

class ApiKeyStoreOnH2Test extends ApiKeyStoreContract {
    @Override
    Database open() {
        return Database.open(DatabaseSettings.h2InMemory(UUID.randomUUID().toString()));
    }
}
