package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** What tests put into the outbox. */
final class OutboxDatabase {
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

    /** Time passes only when a test says so. */
    static final class SettableClock extends Clock {
        private volatile Instant now = Instant.parse("2026-01-01T12:00:00Z");

        void set(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
