package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class WebhookFaultsOnH2Test extends WebhookFaultsContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
