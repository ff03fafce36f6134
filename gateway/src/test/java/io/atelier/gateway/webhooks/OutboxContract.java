package io.atelier.gateway.webhooks;

import static io.atelier.gateway.jobs.Samples.canceled;
import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.progressed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static io.atelier.gateway.webhooks.OutboxDatabase.withWebhook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.gateway.jobs.Announcer;
import io.atelier.gateway.jobs.Change;
import io.atelier.gateway.jobs.JdbcJobs;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.store.Database;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.message.TraceParent;
import io.atelier.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes of generations leave in the outbox. */
abstract class OutboxContract {
    private static final String URL = "https://receiver.example/hook";
    private static final String[] ALL = {"queued", "started", "progress", "completed"};

    private final SettableClock clock = new SettableClock(OutboxDatabase.NOON);
    private WebhookStore store;
    private Outbox outbox;
    private Jobs jobs;

    private Database database;

    /** An empty one. */
    abstract Database open() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        database = open();
        store = new WebhookStore(database.dataSource());
        outbox = new Outbox(store, clock);
        jobs = new JdbcJobs(database.dataSource(), outbox, Announcer.NONE);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_job_from_kafka_is_told_from_its_queueing_to_its_end() {
        requested(ALL);
        told(started("job", 1), ALL);
        told(succeeded("job", 1), ALL);

        assertThat(types()).containsExactly("generation.queued", "generation.started", "generation.succeeded");
        WebhookMessage queued = store.deliveries("job").get(0).message();
        assertThat(queued.generation()).isEqualTo(withWebhook(queued("job"), URL, ALL));
        assertThat(queued.id()).matches("msg_[0-9a-f]{32}");
    }

    @Test
    void a_job_that_http_put_there_is_queued_when_its_topic_says_so() {
        jobs.putIfAbsent(withWebhook(queued("job"), URL, ALL), "hash");
        assertThat(types()).isEmpty();

        requested(ALL);

        assertThat(types()).containsExactly("generation.queued");
    }

    @Test
    void a_message_belongs_to_the_trace_of_what_it_tells_of() {
        TraceParent trace = new TraceParent(TraceParent.newRoot().value(), "congo=t61rcWkgMzE");
        jobs.apply(List.of(new Change.Told(withWebhook(succeeded("job", 1), URL, ALL), Optional.of(trace))), Map.of());
        jobs.apply(List.of(new Change.Told(withWebhook(succeeded("other", 1), URL, ALL))), Map.of());

        assertThat(store.deliveries("job"))
                .extracting(delivery -> delivery.message().trace())
                .containsOnly(Optional.of(trace));
        assertThat(store.deliveries("other"))
                .extracting(delivery -> delivery.message().trace())
                .containsOnly(Optional.empty());
    }

    @Test
    void without_a_filter_only_the_end_is_told() {
        requested();
        told(started("job", 1));
        told(failed("job", 1));

        assertThat(types()).containsExactly("generation.failed");
    }

    @Test
    void without_a_webhook_nothing_is_told() {
        jobs.apply(List.of(new Change.Told(succeeded("job", 1))), Map.of());

        assertThat(types()).isEmpty();
    }

    @Test
    void a_start_that_is_read_before_its_request_comes_second() {
        told(started("job", 1), ALL);
        requested(ALL);

        assertThat(types()).containsExactly("generation.queued", "generation.started");
        Generation queued = store.deliveries("job").get(0).message().generation();
        assertThat(queued.attempt()).isZero();
        assertThat(queued.worker()).isNull();
        assertThat(queued.startedAt()).isNull();
    }

    @Test
    void another_attempt_is_another_start() {
        requested(ALL);
        told(started("job", 1), ALL);
        told(started("job", 2), ALL);
        told(started("job", 1), ALL);

        assertThat(types()).containsExactly("generation.queued", "generation.started", "generation.started");
    }

    @Test
    void one_that_failed_and_was_put_back_ends_again() {
        for (int reading = 0; reading < 2; reading++) {
            requested();
            told(failed("job", 5));
            told(started("job", 6));
            told(succeeded("job", 6));

            assertThat(types()).containsExactly("generation.failed", "generation.succeeded");
            jobs.clear();
        }
        assertThat(store.deliveries("job"))
                .extracting(delivery -> delivery.message().id())
                .doesNotHaveDuplicates();
    }

    /** Whatever order, repeats and batches the records come in; of two ends it is the one that counts. */
    @Test
    void an_end_is_told_once_and_last() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            String id = "job-" + seed;
            List<Change> changes = new ArrayList<>();
            for (int copies = 0; copies < 2; copies++) {
                changes.add(new Change.Requested(withWebhook(queued(id), URL, ALL)));
                changes.add(new Change.Told(withWebhook(started(id, 1), URL, ALL)));
                changes.add(new Change.Told(withWebhook(succeeded(id, 1), URL, ALL)));
                changes.add(new Change.Told(withWebhook(canceled(id, 1), URL, ALL)));
            }
            Collections.shuffle(changes, random);
            String end = changes.stream()
                    .map(change -> change.generation().status())
                    .filter(GenerationStatus::terminal)
                    .findFirst()
                    .orElseThrow()
                    .wireName();
            for (int from = 0; from < changes.size(); ) {
                int to = Math.min(changes.size(), from + 1 + random.nextInt(3));
                jobs.apply(changes.subList(from, to), Map.of());
                from = to;
            }

            List<String> types = types(id);
            assertThat(types).as("seed %s", seed).doesNotHaveDuplicates().startsWith("generation.queued");
            assertThat(types.get(types.size() - 1)).as("seed %s", seed).isEqualTo("generation." + end);
            assertThat(types).as("seed %s", seed).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void a_change_that_is_rolled_back_tells_nothing() {
        Generation impossible = new Generation.Builder()
                .id(new GenerationId("far"))
                .createdAt(Instant.MAX)
                .build();

        assertThatThrownBy(() -> jobs.apply(
                        List.of(
                                new Change.Told(withWebhook(succeeded("job", 1), URL, ALL)),
                                new Change.Told(impossible)),
                        Map.of()))
                .isInstanceOf(RuntimeException.class);

        assertThat(types()).isEmpty();
    }

    @Test
    void a_store_that_is_made_anew_tells_no_old_news() {
        clock.set(clock.instant().plus(Duration.ofDays(3)));

        requested(ALL);
        told(succeeded("job", 1), ALL);

        assertThat(types()).isEmpty();
    }

    @Test
    void of_progress_the_latest_is_told_and_none_after_the_end() {
        told(started("job", 1), ALL);
        outbox.progressed(new Change.Told(withWebhook(progressed("job", 1, "base", 5), URL, ALL)));
        outbox.progressed(new Change.Told(withWebhook(progressed("job", 1, "base", 10), URL, ALL)));
        outbox.progressed(new Change.Told(withWebhook(progressed("quiet", 1, "base", 10), URL, "completed")));
        outbox.flushProgress();

        assertThat(types()).containsExactly("generation.queued", "generation.started", "generation.progress");
        assertThat(store.deliveries("job")
                        .get(2)
                        .message()
                        .generation()
                        .progress()
                        .step())
                .isEqualTo(10);

        told(succeeded("job", 1), ALL);
        outbox.progressed(new Change.Told(withWebhook(progressed("job", 1, "base", 15), URL, ALL)));
        outbox.flushProgress();

        assertThat(types()).endsWith("generation.succeeded");
        assertThat(types("quiet")).isEmpty();
    }

    private void requested(String... filter) {
        jobs.apply(List.of(new Change.Requested(withWebhook(queued("job"), URL, filter))), Map.of());
    }

    private void told(Generation generation, String... filter) {
        jobs.apply(List.of(new Change.Told(withWebhook(generation, URL, filter))), Map.of());
    }

    private List<String> types() {
        return types("job");
    }

    private List<String> types(String id) {
        return store.deliveries(id).stream()
                .map(delivery -> delivery.message().type())
                .toList();
    }
}
