package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class WebhookDispatcherOnH2Test extends WebhookDispatcherContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
