package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class WebhookReceiversOnH2Test extends WebhookReceiversContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
