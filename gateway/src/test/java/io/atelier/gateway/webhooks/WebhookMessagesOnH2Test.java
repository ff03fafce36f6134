package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class WebhookMessagesOnH2Test extends WebhookMessagesContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
