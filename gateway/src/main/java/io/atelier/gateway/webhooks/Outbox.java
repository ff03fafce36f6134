package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.Change;
import io.atelier.gateway.jobs.Consequences;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes down what receivers are to be told, in the transaction of the change itself.
 *
 * <p>A job store that is made anew reads old topics. What happened longer ago than any message lives is passed over, so that
 * nobody hears of it again; younger news is sent again under the same {@code webhook-id}.
 */
public final class Outbox implements Consequences {
    private static final Duration OLD_NEWS = WebhookStore.LIFE;

    private final WebhookStore store;
    private final Clock clock;
    private final Map<String, WebhookMessage> progress = new LinkedHashMap<>();
    private volatile Runnable bell = () -> {};

    Outbox(WebhookStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Called whenever something was written down. */
    void onNews(Runnable bell) {
        this.bell = bell;
    }

    @Override
    public void write(Connection connection, List<Step> steps) throws SQLException {
        Instant now = clock.instant();
        List<WebhookMessage> messages = new ArrayList<>();
        for (Step step : steps) {
            WebhookEvents.of(step).stream()
                    .filter(message -> message.eventAt().isAfter(now.minus(OLD_NEWS)))
                    .forEach(messages::add);
        }
        if (!messages.isEmpty()) {
            store.add(connection, messages, now);
        }
    }

    @Override
    public void committed() {
        bell.run();
    }

    /** Keeps the latest progress of each generation until {@link #flushProgress}; costs the caller nothing. */
    @Override
    public void progressed(Change change) {
        WebhookEvents.ofProgress(change, clock.instant()).ifPresent(message -> {
            synchronized (progress) {
                progress.put(change.generation().id().key(), message);
            }
            bell.run();
        });
    }

    void flushProgress() {
        List<WebhookMessage> latest;
        synchronized (progress) {
            latest = List.copyOf(progress.values());
            progress.clear();
        }
        latest.forEach(message -> store.addProgress(message, clock.instant()));
    }
}
