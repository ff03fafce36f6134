package io.atelier.gateway.webhooks;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import javax.sql.DataSource;

/** Puts the plain classes together. */
public class WebhookBeans {

    @Produces
    @Singleton
    WebhookStore store(DataSource dataSource) {
        return new WebhookStore(dataSource);
    }

    @Produces
    @Singleton
    Outbox outbox(WebhookStore store, Clock clock) {
        return new Outbox(store, clock);
    }
}
