package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** H2 with the tables of jobs and webhooks, and what tests put into them. */
final class OutboxDatabase {
    private OutboxDatabase() {}

    static DataSource inMemory() throws SQLException, IOException {
        String url = "jdbc:h2:mem:" + UUID.randomUUID()
                + ";DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String script : List.of("V1__generations.sql", "V2__listing.sql", "V100__webhooks.sql")) {
                try (InputStream in = OutboxDatabase.class.getResourceAsStream("/db/migration/" + script)) {
                    statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return (DataSource) Proxy.newProxyInstance(
                OutboxDatabase.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> DriverManager.getConnection(url));
    }

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
                0);
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
