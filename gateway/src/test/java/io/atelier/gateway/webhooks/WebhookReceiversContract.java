package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.webhooks.Outcome.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What receivers cost each other, and gateways beside each other. */
abstract class WebhookReceiversContract extends DispatcherContract {
    @Test
    void a_receiver_that_is_away_is_tried_five_times_and_then_now_and_then() throws Exception {
        addForReceiverThatIsAway(50);
        WebhookDispatcher dispatcher = dispatcher("one", Runnable::run);

        runUntil(start.plusSeconds(29), dispatcher);
        assertThat(attempts()).isEqualTo(5);
        runUntil(start.plusSeconds(31), dispatcher);
        assertThat(attempts()).isEqualTo(6);
        runUntil(start.plus(Duration.ofHours(1)), dispatcher);
        // Every five minutes at most, after 30 s, 1, 2 and 4 minutes.
        assertThat(attempts()).isBetween(15, 22);
        receiver = (message, attempt) -> Outcome.delivered(200);
        run(dispatcher);

        assertThat(accepted).hasSize(50);
        assertThat(store.backlog().messages()).isZero();
    }

    @Test
    void a_receiver_is_forgotten_with_the_last_message_of_it() throws Exception {
        receiver = (message, attempt) -> Outcome.delivered(200);
        add(message("job", WELL, "succeeded"));
        add(message("other", DEAD, "succeeded"));
        run(dispatcher("one", Runnable::run));

        forgetUnused();
        assertThat(receivers()).as("there is a log of what they were told").isEqualTo(2);
        add(message("new", DEAD, "succeeded"));
        Instant later = start.plus(Duration.ofDays(1));
        store.tidy(later, later);
        clock.set(later);
        forgetUnused();
        assertThat(receivers()).as("one has something to be told").isEqualTo(1);

        run(dispatcher("one", Runnable::run));
        add(message("again", WELL, "succeeded"));
        run(dispatcher("one", Runnable::run));
        assertThat(accepted).hasSize(4);
    }

    private void forgetUnused() {
        store.receivers().forgetUnused(clock.instant(), 10);
    }

    private long receivers() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("SELECT COUNT(*) FROM webhook_receiver")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void news_for_a_receiver_that_is_away_does_not_call_it() throws Exception {
        addForReceiverThatIsAway(10);
        WebhookDispatcher dispatcher = dispatcher("one", Runnable::run);
        runUntil(start.plusSeconds(1), dispatcher);
        assertThat(attempts()).isEqualTo(5);

        clock.set(start.plusSeconds(2));
        add(message("news", DEAD, "succeeded"));
        dispatcher.round();
        assertThat(attempts()).isEqualTo(5);

        clock.set(start.plusSeconds(31));
        dispatcher.round();
        assertThat(attempts()).isEqualTo(6);
    }

    @Test
    void what_is_redelivered_calls_a_receiver_that_was_away_at_once() throws Exception {
        addForReceiverThatIsAway(10);
        WebhookDispatcher dispatcher = dispatcher("one", Runnable::run);
        runUntil(start.plusSeconds(1), dispatcher);
        receiver = (message, attempt) -> Outcome.delivered(200);

        store.redeliver(DeliveryLog.chosen(store.deliveries("dead-0"), null), clock.instant());
        dispatcher.round();

        assertThat(accepted).extracting(WebhookMessage::id).contains("msg_dead-0_succeeded");
    }

    /** Attempts to the dead receiver never end here. */
    @Test
    void a_dead_receiver_costs_others_nothing() throws Exception {
        for (int i = 0; i < 300; i++) {
            add(message("dead-" + i, DEAD, "succeeded"));
        }
        for (int i = 0; i < 50; i++) {
            add(message("well-" + i, WELL, "succeeded"));
        }
        List<String> hanging = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch release = new CountDownLatch(1);
        receiver = (message, attempt) -> {
            if (message.url().equals(DEAD)) {
                hanging.add(message.id());
                uninterruptedly(release);
                return Outcome.unanswered(Kind.UNREACHABLE, "away");
            }
            return Outcome.delivered(200);
        };
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            WebhookDispatcher busy = dispatcher("two", threads);
            while (accepted.size() < 50) {
                busy.round();
            }
            assertThat(hanging).hasSizeLessThanOrEqualTo(4);
            release.countDown();
            busy.stop(Duration.ofSeconds(30));
        } finally {
            threads.shutdownNow();
        }
    }

    /** As above, but each of many receivers hangs that nobody knows yet. */
    @Test
    void new_receivers_that_hang_leave_threads_to_one_that_has_answered() throws Exception {
        receiver = (message, attempt) -> Outcome.delivered(200);
        add(message("first", WELL, "succeeded"));
        run(dispatcher("one", Runnable::run));
        for (int i = 0; i < 100; i++) {
            add(message("new-" + i, "https://new-" + i + ".example/hook", "succeeded"));
        }
        CountDownLatch hanging = new CountDownLatch(4);
        CountDownLatch release = new CountDownLatch(1);
        receiver = (message, attempt) -> {
            if (!message.url().equals(WELL)) {
                hanging.countDown();
                uninterruptedly(release);
            }
            return Outcome.delivered(200);
        };
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            WebhookDispatcher busy = dispatcher("two", threads);
            busy.round();
            assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 50; i++) {
                add(message("well-" + i, WELL, "succeeded"));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (accepted.size() < 51 && System.nanoTime() < end) {
                busy.round();
            }
            assertThat(accepted).hasSize(51);
            release.countDown();
            busy.stop(Duration.ofSeconds(30));
        } finally {
            release.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void what_a_lost_gateway_held_is_delivered_by_another() throws Exception {
        add(message("a", WELL, "succeeded"));
        dispatcher("lost", task -> {}).round();
        WebhookDispatcher other = dispatcher("other", Runnable::run);
        other.round();
        assertThat(accepted).isEmpty();

        clock.set(start.plus(WebhookDispatcher.CLAIM));
        other.round();

        assertThat(accepted).hasSize(1);
    }

    @Test
    void thousands_with_faults_are_accepted_once_and_in_order() throws Exception {
        Random faults = new Random(7);
        // Now and then one would be refused as often as the schedule lasts; that is another test's matter.
        receiver = (message, attempt) -> attempt < RetrySchedule.DELAYS.size() ? fault(faults) : Outcome.delivered(200);
        List<WebhookMessage> messages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String url = "https://receiver-" + i % 20 + ".example/hook";
            String id = "job-" + i;
            messages.add(message(id, url, "queued"));
            messages.add(message(id, url, "started"));
            messages.add(message(id, url, "succeeded"));
        }
        add(messages.toArray(WebhookMessage[]::new));
        // What is seen twice is one message.
        add(messages.subList(0, 500).toArray(WebhookMessage[]::new));

        run(dispatcher("one", Runnable::run), dispatcher("two", Runnable::run));

        assertThat(accepted)
                .extracting(WebhookMessage::id)
                .doesNotHaveDuplicates()
                .hasSize(3000);
        Map<String, List<String>> order = new HashMap<>();
        accepted.forEach(
                message -> order.computeIfAbsent(message.generation().id().value(), id -> new ArrayList<>())
                        .add(message.type()));
        assertThat(order.values())
                .allMatch(List.of("generation.queued", "generation.started", "generation.succeeded")::equals);
        for (int i = 0; i < 1000; i++) {
            store.deliveries("job-" + i).forEach(delivery -> requireOnSchedule(delivery.attempts()));
        }
    }

    /** With threads and real concurrency: nobody sends what another has sent. */
    @Test
    void gateways_beside_each_other_send_each_message_once() throws Exception {
        List<WebhookMessage> messages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            messages.add(message("job-" + i, "https://receiver-" + i % 5 + ".example/hook", "queued"));
            messages.add(message("job-" + i, "https://receiver-" + i % 5 + ".example/hook", "succeeded"));
        }
        add(messages.toArray(WebhookMessage[]::new));
        ExecutorService pool = Executors.newFixedThreadPool(6);
        ExecutorService loops = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> gateways = new ArrayList<>();
            for (String name : List.of("one", "two")) {
                WebhookDispatcher dispatcher = dispatcher(name, pool);
                gateways.add(loops.submit(() -> {
                    while (store.backlog().messages() > 0) {
                        dispatcher.round();
                    }
                }));
            }
            for (Future<?> gateway : gateways) {
                gateway.get(2, TimeUnit.MINUTES);
            }
        } finally {
            loops.shutdownNow();
            pool.shutdownNow();
        }

        assertThat(accepted)
                .extracting(WebhookMessage::id)
                .doesNotHaveDuplicates()
                .hasSize(400);
        assertThat(calls.values()).containsOnly(1);
    }

    private void addForReceiverThatIsAway(int messages) throws Exception {
        receiver = (message, attempt) -> Outcome.unanswered(Kind.UNREACHABLE, "away");
        for (int i = 0; i < messages; i++) {
            add(message("dead-" + i, DEAD, "succeeded"));
        }
    }

    /** Planned as the contract says; a receiver's open circuit can only delay what is planned. */
    private static void requireOnSchedule(List<DeliveryLog.Attempt> attempts) {
        for (int i = 1; i < attempts.size(); i++) {
            DeliveryLog.Attempt failed = attempts.get(i - 1);
            Duration wish = Integer.valueOf(429).equals(failed.status()) ? Duration.ofSeconds(60) : Duration.ZERO;
            Duration delay = CONTRACT.get(i);
            Duration longest = delay.plus(delay.dividedBy(5));
            assertThat(Duration.between(failed.startedAt(), failed.nextAt()))
                    .isBetween(wish.compareTo(delay) > 0 ? wish : delay, wish.compareTo(longest) > 0 ? wish : longest);
            assertThat(attempts.get(i).startedAt()).isAfterOrEqualTo(failed.nextAt());
        }
    }

    private static Outcome fault(Random faults) {
        switch (faults.nextInt(12)) {
            case 0:
                return Outcome.answered(Kind.UNREACHABLE, 500, "broken", Optional.empty());
            case 1:
                return Outcome.answered(Kind.UNREACHABLE, 429, "busy", Optional.of(Duration.ofSeconds(60)));
            case 2:
                return Outcome.unanswered(Kind.UNREACHABLE, "away");
            case 3:
                return failed(302);
            default:
                return Outcome.delivered(200);
        }
    }

    private static void uninterruptedly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
