package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What tests put into the outbox. */
final class OutboxDatabase {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private OutboxDatabase() {}

    static Generation withWebhook(Generation generation, String url, String... filter) {
        return generation.toBuilder().webhook(url, List.of(filter)).build();
    }

    static WebhookMessage message(String generation, String url, String event, Instant at) {
        return new WebhookMessage(
                "msg_" + generation + '_' + event,
                "generation." + event,
                at,
                withWebhook(Samples.started(generation, 1), url, "queued", "started", "progress", "completed"),
                0,
                0,
                Optional.empty());
    }
}
