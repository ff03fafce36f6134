package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class OutboxOnH2Test extends OutboxContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
