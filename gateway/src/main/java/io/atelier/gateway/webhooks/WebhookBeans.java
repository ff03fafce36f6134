package io.atelier.gateway.webhooks;

import io.atelier.net.SystemResolver;
import io.atelier.net.TargetGuard;
import io.atelier.net.TargetRules;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
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
    TargetGuard guard(WebhookConfig config) {
        TargetRules rules = TargetRules.parse(
                config.http(),
                config.ports(),
                config.allow().orElse(List.of()),
                config.refuse().orElse(List.of()));
        return new TargetGuard(rules, new SystemResolver(config.timeout()));
    }

    @Produces
    @Singleton
    WebhookSigner signer(WebhookConfig config) {
        return new WebhookSigner(config.secrets(), config.ed25519Secrets().orElse(List.of()));
    }

    @Produces
    @Singleton
    Outbox outbox(WebhookStore store, Clock clock) {
        return new Outbox(store, clock);
    }

    @Produces
    @Singleton
    DeliveryLog deliveryLog(WebhookStore store, Outbox outbox, Clock clock) {
        return new DeliveryLog(store, outbox, clock);
    }
}
