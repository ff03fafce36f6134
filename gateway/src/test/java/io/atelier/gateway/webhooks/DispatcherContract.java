package io.atelier.gateway.webhooks;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.webhooks.Outcome.Kind;
import io.atelier.gateway.webhooks.WebhookDispatcher.Capacity;
import io.atelier.testing.SettableClock;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Gateways that deliver from an outbox in virtual time: the clock jumps from one due time to the next. */
abstract class DispatcherContract {
    static final String DEAD = "https://dead.example/hook";
    static final String WELL = "https://well.example/hook";
    /** Delays as the contract has them; not read from {@link RetrySchedule}, which they check. */
    static final List<Duration> CONTRACT = List.of(
            Duration.ZERO,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(10));

    final SettableClock clock = new SettableClock(OutboxDatabase.NOON);
    final Instant start = clock.instant();
    final List<WebhookMessage> accepted = Collections.synchronizedList(new ArrayList<>());
    final Map<String, Integer> calls = Collections.synchronizedMap(new HashMap<>());
    BiFunction<WebhookMessage, Integer, Outcome> receiver = (message, attempt) -> Outcome.delivered(200);
    Database database;
    WebhookStore store;

    /** An empty one. */
    abstract Database open() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        database = open();
        store = new WebhookStore(database.dataSource());
    }

    @AfterEach
    void close() {
        database.close();
    }

    static Outcome failed(int status) {
        return Outcome.answered(Kind.FAILED, status, "status " + status, Optional.empty());
    }

    WebhookMessage message(String generation, String url, String event) {
        return OutboxDatabase.message(generation, url, event, start);
    }

    void add(WebhookMessage... messages) throws Exception {
        try (Connection connection = database.dataSource().getConnection()) {
            store.add(connection, List.of(messages), clock.instant());
        }
    }

    WebhookDispatcher dispatcher(String name, Executor executor) {
        WebhookSender sender = (message, now) -> {
            int attempt = calls.merge(message.id(), 1, Integer::sum);
            Outcome outcome = receiver.apply(message, attempt);
            if (outcome.kind() == Kind.DELIVERED) {
                accepted.add(message);
            }
            return outcome;
        };
        return dispatcher(name, sender, executor);
    }

    WebhookDispatcher dispatcher(String name, WebhookSender sender, Executor executor) {
        return new WebhookDispatcher(
                name,
                store,
                sender,
                new RetrySchedule(new Random(1)),
                executor,
                new Capacity(8, 4),
                clock,
                (message, outcome, startedAt) -> {});
    }

    int attempts() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    void run(WebhookDispatcher... gateways) {
        runUntil(Instant.MAX, gateways);
    }

    void runUntil(Instant end, WebhookDispatcher... gateways) {
        Optional<Instant> due = store.receivers().nextDue();
        while (due.isPresent() && !due.get().isAfter(end)) {
            clock.set(due.get().isAfter(clock.instant()) ? due.get() : clock.instant());
            for (WebhookDispatcher gateway : gateways) {
                gateway.round();
            }
            due = store.receivers().nextDue();
        }
    }
}
