package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.webhooks.Outcome.Kind;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How one message is delivered, and what becomes of it. */
abstract class WebhookMessagesContract extends DispatcherContract {
    @Test
    void attempts_follow_the_schedule_of_the_contract_with_jitter_and_then_end() throws Exception {
        receiver = (message, attempt) -> failed(404);
        add(message("a", WELL, "succeeded"));

        run(dispatcher("one", Runnable::run));

        DeliveryLog.Delivery delivery = store.deliveries("a").get(0);
        assertThat(delivery.state()).isEqualTo("failed");
        List<DeliveryLog.Attempt> attempts = delivery.attempts();
        assertThat(attempts).hasSize(CONTRACT.size());
        Instant before = start;
        for (int i = 0; i < attempts.size(); i++) {
            Duration waited = Duration.between(before, attempts.get(i).startedAt());
            Duration delay = CONTRACT.get(i);
            assertThat(waited).isBetween(delay, delay.plus(delay.dividedBy(5)));
            before = attempts.get(i).startedAt();
        }
        assertThat(store.backlog().messages()).isZero();
    }

    @Test
    void the_wish_of_a_receiver_is_obeyed() throws Exception {
        receiver = (message, attempt) -> attempt > 1
                ? Outcome.delivered(204)
                : Outcome.answered(Kind.UNREACHABLE, 429, "busy", Optional.of(Duration.ofMinutes(7)));
        add(message("a", WELL, "succeeded"));

        run(dispatcher("one", Runnable::run));

        List<DeliveryLog.Attempt> attempts = store.deliveries("a").get(0).attempts();
        assertThat(attempts).extracting(DeliveryLog.Attempt::status).containsExactly(429, 204);
        assertThat(attempts.get(1).startedAt()).isEqualTo(start.plus(Duration.ofMinutes(7)));
    }

    @Test
    void gone_ends_all_deliveries_of_the_job_and_of_no_other() throws Exception {
        receiver = (message, attempt) -> message.id().startsWith("msg_a_")
                ? Outcome.answered(Kind.GONE, 410, "gone", Optional.empty())
                : Outcome.delivered(200);
        add(message("a", WELL, "queued"), message("a", WELL, "succeeded"), message("b", WELL, "succeeded"));

        run(dispatcher("one", Runnable::run));

        assertThat(calls).containsOnlyKeys("msg_a_queued", "msg_b_succeeded");
        assertThat(store.deliveries("a"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("gone", "gone");
        assertThat(store.deliveries("b"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("delivered");
    }

    /** Whichever of the two the database lets go first. */
    @Test
    void gone_ends_what_is_being_added_at_the_same_moment() throws Exception {
        add(message("job", WELL, "started"));
        WebhookMessage started =
                store.due(message("job", WELL, "started").receiver(), start, 1).get(0);
        Outcome gone = Outcome.answered(Kind.GONE, 410, "gone", Optional.empty());
        CompletableFuture<Void> noted;
        try (Connection projection = database.dataSource().getConnection()) {
            projection.setAutoCommit(false);
            store.add(projection, List.of(message("job", WELL, "succeeded")), start);
            noted = CompletableFuture.runAsync(
                    () -> store.record(started, start, Duration.ZERO, gone, Optional.empty()));
            // It may go on only when the other transaction has ended; if it does so before, that has happened by then.
            noted.copy().completeOnTimeout(null, 300, TimeUnit.MILLISECONDS).join();
            projection.commit();
            projection.setAutoCommit(true);
        }
        noted.join();

        assertThat(store.deliveries("job"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("gone", "gone");
    }

    @Test
    void gone_ends_what_happens_later_too_until_it_is_asked_for_again() throws Exception {
        receiver = (message, attempt) -> message.type().equals("generation.queued") && attempt == 1
                ? Outcome.answered(Kind.GONE, 410, "gone", Optional.empty())
                : Outcome.delivered(200);
        WebhookMessage queued = message("a", WELL, "queued");
        add(queued);
        WebhookDispatcher dispatcher = dispatcher("one", Runnable::run);
        run(dispatcher);

        add(message("a", WELL, "started"), message("b", WELL, "succeeded"));
        run(dispatcher);

        assertThat(calls).containsOnlyKeys("msg_a_queued", "msg_b_succeeded");
        assertThat(store.deliveries("a"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("gone", "gone");

        store.redeliver(DeliveryLog.chosen(store.deliveries("a"), null), clock.instant());
        run(dispatcher);
        add(message("a", WELL, "succeeded"));
        run(dispatcher);

        assertThat(store.deliveries("a"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("delivered", "delivered", "delivered");
    }

    @Test
    void progress_is_sent_once_and_passed_over_when_there_is_newer() throws Exception {
        receiver = (message, attempt) -> message.isProgress() ? failed(500) : Outcome.delivered(200);
        WebhookMessage first = message("a", WELL, "progress");
        WebhookMessage alone = message("b", WELL, "progress");
        add(first, message("a", WELL, "succeeded"), alone);

        run(dispatcher("one", Runnable::run));

        assertThat(store.deliveries("a"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("superseded", "delivered");
        assertThat(store.deliveries("b"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("failed");
        assertThat(calls).doesNotContainKey(first.id()).containsEntry(alone.id(), 1);
    }

    @Test
    void what_is_redelivered_begins_its_schedule_anew_under_the_same_id() throws Exception {
        receiver = (message, attempt) -> attempt <= CONTRACT.size() ? failed(404) : Outcome.delivered(200);
        add(message("a", WELL, "succeeded"));
        WebhookDispatcher dispatcher = dispatcher("one", Runnable::run);
        run(dispatcher);

        store.redeliver(DeliveryLog.chosen(store.deliveries("a"), null), clock.instant());
        run(dispatcher);

        DeliveryLog.Delivery delivery = store.deliveries("a").get(0);
        assertThat(delivery.state()).isEqualTo("delivered");
        assertThat(delivery.attempts()).hasSize(CONTRACT.size() + 1);
        assertThat(calls).containsOnlyKeys("msg_a_succeeded");
    }

    @Test
    void old_messages_are_given_up_and_forgotten() throws Exception {
        add(message("a", WELL, "succeeded"));

        store.tidy(start.plus(WebhookStore.LIFE).plusMillis(1), start);
        assertThat(store.deliveries("a"))
                .extracting(DeliveryLog.Delivery::state)
                .containsExactly("failed");
        store.tidy(start, start.plusMillis(1));
        assertThat(store.deliveries("a")).isEmpty();
    }
}
