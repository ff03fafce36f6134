package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.CREATED;
import static io.atelier.gateway.jobs.Samples.canceled;
import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.gateway.jobs.SubmissionClaims.Claim;
import io.atelier.gateway.store.Database;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Priority;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database of the job store must do. */
abstract class JobsContract {
    private static final TopicPartition PARTITION = new TopicPartition("atelier.generation.events", 3);
    private static final GenerationId ID = new GenerationId("job");

    private Database database;
    private Jobs jobs;

    /** A new database, with its tables. */
    abstract Database open() throws Exception;

    /** As the gateway opens this kind. */
    abstract boolean isShared();

    @BeforeEach
    void openStore() throws Exception {
        database = open();
        jobs = new JdbcJobs(database.dataSource(), Consequences.NONE, Announcer.NONE, isShared());
    }

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void an_accepted_generation_is_found_at_once() {
        assertThat(jobs.putIfAbsent(queued("job"), "hash").generation()).isEqualTo(queued("job"));

        assertThat(jobs.find(ID)).contains(queued("job"));
        assertThat(jobs.find(new GenerationId("other"))).isEmpty();
    }

    @Test
    void of_cancellations_the_latest_is_known_until_the_topic_forgets_it() {
        GenerationId theirs = new GenerationId("acme", "job");
        Instant far = Instant.ofEpochMilli(Long.MAX_VALUE);
        jobs.cancelRequested(Map.of(ID, Optional.of(CREATED), theirs, Optional.of(far)), Map.of(PARTITION, 7L));
        jobs.cancelRequested(Map.of(ID, Optional.of(CREATED.plusSeconds(1))), Map.of(PARTITION, 8L));

        assertThat(jobs.cancelRequestedAt(ID)).contains(CREATED.plusSeconds(1));
        assertThat(jobs.cancelRequestedAt(theirs)).contains(far);
        assertThat(jobs.cancelRequestedAt(new GenerationId("other"))).isEmpty();
        assertThat(jobs.nextOffsets()).containsEntry(PARTITION, 8L);
        assertThat(jobs.find(ID)).as("what is asked for has not happened").isEmpty();

        jobs.cancelRequested(Map.of(theirs, Optional.empty()), Map.of());
        assertThat(jobs.cancelRequestedAt(theirs)).isEmpty();
        jobs.forgetCreatedBefore(CREATED.plusSeconds(1), 1);
        assertThat(jobs.cancelRequestedAt(ID)).isPresent();
        jobs.forgetCreatedBefore(CREATED.plusSeconds(2), 1);
        assertThat(jobs.cancelRequestedAt(ID)).isEmpty();
    }

    @Test
    void a_store_that_is_made_anew_reads_the_cancellations_again() {
        jobs.cancelRequested(Map.of(ID, Optional.of(CREATED)), Map.of(PARTITION, 7L));

        jobs.clear();

        assertThat(jobs.cancelRequestedAt(ID)).isEmpty();
        assertThatThrownBy(() -> jobs.cancelRequested(Map.of(), Map.of(PARTITION, 8L)))
                .isInstanceOf(JobsException.class)
                .hasMessageContaining("emptied");
    }

    @Test
    void an_id_is_claimed_for_one_request_for_a_while() {
        SubmissionClaims claims = new SubmissionClaims(database.dataSource());
        assertThat(claims.claim(ID, "hash", CREATED)).isEqualTo(Claim.TAKEN);

        assertThat(claims.claim(ID, "other hash", CREATED)).isEqualTo(Claim.OF_ANOTHER);
        assertThat(claims.claim(ID, "hash", CREATED))
                .as("the same request again")
                .isEqualTo(Claim.OF_THE_SAME);
        assertThat(claims.claim(new GenerationId("acme", "job"), "other hash", CREATED))
                .as("of another tenant")
                .isEqualTo(Claim.TAKEN);

        claims.giveUp(ID, "other hash");
        claims.forgetOld(CREATED.plus(Duration.ofMinutes(10)));
        assertThat(claims.claim(ID, "other hash", CREATED)).isEqualTo(Claim.OF_ANOTHER);
        claims.giveUp(ID, "hash");
        assertThat(claims.claim(ID, "other hash", CREATED)).isEqualTo(Claim.TAKEN);
        claims.forgetOld(CREATED.plus(Duration.ofMinutes(10)).plusMillis(1));
        assertThat(claims.claim(ID, "third hash", CREATED)).isEqualTo(Claim.TAKEN);
    }

    @Test
    void two_tenants_may_choose_the_same_id() {
        String longest = "x".repeat(128);
        for (String id : List.of("job", longest)) {
            GenerationId theirs = new GenerationId("acme".repeat(15), id);
            Generation other = queued(id).toBuilder()
                    .id(theirs)
                    .metadata(Map.of("order", "1"))
                    .build();
            jobs.putIfAbsent(queued(id), "hash");

            assertThat(jobs.putIfAbsent(other, "other hash").generation()).isEqualTo(other);
            jobs.apply(told(succeeded(id, 1)), Map.of());

            assertThat(jobs.find(new GenerationId(id))).contains(succeeded(id, 1));
            assertThat(jobs.find(theirs)).contains(other);
            assertThat(jobs.find(List.of(theirs)).get(theirs).requestHash()).contains("other hash");
            assertThat(jobs.find(new GenerationId("nobody", id))).isEmpty();
        }
    }

    @Test
    void of_several_accepted_generations_all_or_none_are_added() {
        StoredJob one = new StoredJob(queued("1"), false, Optional.of("hash"));
        StoredJob two = new StoredJob(queued("2"), false, Optional.of("hash"));
        StoredJob three = new StoredJob(queued("3"), false, Optional.of("hash"));

        assertThat(jobs.addAll(List.of(two, one))).isTrue();
        assertThat(jobs.addAll(List.of(three, two))).isFalse();

        assertThat(jobs.find(List.of(new GenerationId("1"), new GenerationId("2"), new GenerationId("3"))))
                .containsOnly(Map.entry(new GenerationId("1"), one), Map.entry(new GenerationId("2"), two));
    }

    @Test
    void a_request_is_announced_unless_it_was_or_has_started() {
        List<GenerationId> announced = new ArrayList<>();
        Jobs telling = announcing(request -> {
            announced.add(request.generation().id());
            return CompletableFuture.completedFuture(null);
        });
        GenerationId theirs = new GenerationId("acme", "accepted");
        jobs.putIfAbsent(queued("accepted"), "hash");
        jobs.apply(told(queued("told")), Map.of());
        jobs.apply(told(started("started", 1)), Map.of());
        jobs.apply(told(canceled("ended", 0)), Map.of());
        jobs.apply(told(started("accepted", 1).toBuilder().id(theirs).build()), Map.of());

        List<Change> requests = new ArrayList<>();
        for (String id : List.of("unknown", "accepted", "told", "started", "ended", "unknown", "starting")) {
            if (id.equals("starting")) {
                requests.addAll(told(started(id, 1)));
            }
            requests.add(new Change.Requested(queued(id)));
        }
        telling.apply(requests, Map.of());
        telling.apply(requests, Map.of());

        assertThat(announced).containsExactly(new GenerationId("unknown"), new GenerationId("accepted"));
        assertThat(jobs.find(List.of(new GenerationId("unknown"))).values())
                .allMatch(StoredJob::announced)
                .hasSize(1);
    }

    @Test
    void what_could_not_be_announced_is_not_stored() {
        List<CompletableFuture<Void>> answers = new ArrayList<>(
                List.of(CompletableFuture.failedFuture(new IllegalStateException("the broker is away"))));
        Jobs telling =
                announcing(request -> answers.isEmpty() ? CompletableFuture.completedFuture(null) : answers.remove(0));
        List<Change> requests = List.of(new Change.Requested(queued("job")));

        assertThatThrownBy(() -> telling.apply(requests, Map.of(PARTITION, 8L)))
                .hasMessageContaining("the broker is away")
                .isInstanceOfSatisfying(
                        JobsException.class,
                        e -> assertThat(JobsException.isAboutData(e)).isFalse());
        assertThat(jobs.find(ID)).isEmpty();
        assertThat(jobs.nextOffsets()).isEmpty();

        telling.apply(requests, Map.of(PARTITION, 8L));
        assertThat(jobs.find(ID)).contains(queued("job"));
        assertThat(jobs.nextOffsets()).containsEntry(PARTITION, 8L);
    }

    private Jobs announcing(Announcer announcer) {
        return new JdbcJobs(database.dataSource(), Consequences.NONE, announcer);
    }

    @Test
    void an_accepted_generation_does_not_replace_one_that_is_further_on() {
        jobs.apply(told(started("job", 1)), Map.of());

        assertThat(jobs.putIfAbsent(queued("job"), "hash").generation()).isEqualTo(started("job", 1));
        assertThat(jobs.find(ID)).contains(started("job", 1));
    }

    @Test
    void changes_and_offsets_go_in_together() {
        jobs.apply(told(started("job", 1)), Map.of(PARTITION, 8L));

        assertThat(jobs.find(ID)).contains(started("job", 1));
        assertThat(jobs.nextOffsets()).containsExactlyEntriesOf(Map.of(PARTITION, 8L));
    }

    @Test
    void nothing_goes_in_when_one_change_cannot() {
        Generation impossible = new Generation.Builder()
                .id(new GenerationId("far"))
                .createdAt(Instant.MAX)
                .build();

        assertThatThrownBy(() -> jobs.apply(
                        List.of(new Change.Told(started("job", 1)), new Change.Told(impossible)),
                        Map.of(PARTITION, 8L)))
                .isInstanceOf(DateTimeException.class);

        assertThat(jobs.find(ID)).isEmpty();
        assertThat(jobs.nextOffsets()).isEmpty();
    }

    @Test
    void offsets_never_go_back_unless_forgotten() {
        jobs.apply(List.of(), Map.of(PARTITION, 8L));
        jobs.apply(List.of(), Map.of(PARTITION, 5L));
        assertThat(jobs.nextOffsets()).containsEntry(PARTITION, 8L);

        jobs.forgetOffset(PARTITION);
        assertThat(jobs.nextOffsets()).isEmpty();
    }

    @Test
    void a_request_is_announced_once_it_was_seen_in_its_topic() {
        jobs.putIfAbsent(queued("job"), "hash");
        assertThat(jobs.find(List.of(ID)).get(ID).announced()).isFalse();

        jobs.apply(List.of(new Change.Requested(queued("job"))), Map.of());
        assertThat(jobs.find(List.of(ID)).get(ID).announced()).isTrue();
    }

    @Test
    void the_first_end_stays() {
        jobs.apply(told(succeeded("job", 1)), Map.of());
        jobs.apply(told(failed("job", 2)), Map.of());

        assertThat(jobs.find(ID)).contains(succeeded("job", 1));
    }

    @Test
    void the_first_request_under_an_id_is_the_one_that_counts() {
        jobs.putIfAbsent(queued("job"), "first");
        jobs.apply(List.of(new Change.Requested(queued("job"), Optional.of("second"))), Map.of());

        assertThat(jobs.putIfAbsent(queued("job"), "third").requestHash()).contains("first");
        assertThat(jobs.find(List.of(ID)).get(ID).requestHash()).contains("first");
    }

    @Test
    void a_request_that_comes_after_its_events_is_remembered() {
        jobs.apply(told(started("job", 1)), Map.of());
        assertThat(jobs.find(List.of(ID)).get(ID).requestHash()).isEmpty();

        jobs.apply(List.of(new Change.Requested(queued("job"), Optional.of("hash"))), Map.of());

        assertThat(jobs.find(ID)).contains(started("job", 1));
        assertThat(jobs.find(List.of(ID)).get(ID).requestHash()).contains("hash");
    }

    @Test
    void text_that_databases_cannot_hold_does_no_harm() {
        Generation strange = queued("job").toBuilder()
                .model("mo\0del")
                .metadata(Map.of("k\0", "\0 and \ud800", "k".repeat(65), "v", "k", "v".repeat(257)))
                .build();

        jobs.apply(List.of(new Change.Requested(strange)), Map.of(PARTITION, 1L));

        assertThat(jobs.find(ID).orElseThrow().model()).isEqualTo("mo\0del");
        JobQueries queries = new JobQueries(database.dataSource());
        assertThat(queries.list(Listings.all().model("mo\0del").listing()).generations())
                .hasSize(1);
        assertThat(queries.list(Listings.all().metadata("k\0", "\0 and \ud800").listing())
                        .generations())
                .hasSize(1);
    }

    @Test
    void an_emptied_store_is_read_from_the_beginning() {
        jobs.putIfAbsent(withMetadata("job"), "hash");
        jobs.apply(List.of(), Map.of(PARTITION, 8L));

        jobs.clear();

        assertThat(jobs.find(ID)).isEmpty();
        assertThat(jobs.nextOffsets()).isEmpty();
        jobs.apply(told(started("job", 1)), Map.of(PARTITION, 1L));
        assertThat(jobs.nextOffsets()).containsEntry(PARTITION, 1L);
    }

    @Test
    void whoever_reads_on_after_the_store_was_emptied_is_stopped() {
        Jobs other = new JdbcJobs(database.dataSource());
        jobs.apply(told(started("job", 1)), Map.of(PARTITION, 8L));
        other.clear();

        assertThatThrownBy(() -> jobs.apply(told(started("next", 1)), Map.of(PARTITION, 9L)))
                .isInstanceOfSatisfying(
                        JobsException.class,
                        e -> assertThat(JobsException.isAboutData(e)).isFalse());

        assertThat(jobs.find(new GenerationId("next"))).isEmpty();
        assertThat(jobs.nextOffsets()).isEmpty();
        jobs.apply(told(started("next", 1)), Map.of(PARTITION, 1L));
        assertThat(jobs.find(new GenerationId("next"))).isPresent();
    }

    @Test
    void the_old_are_forgotten_and_the_young_kept() {
        List<GenerationId> old = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            old.add(new GenerationId("old-" + i));
            jobs.putIfAbsent(
                    withMetadata("old-" + i).toBuilder()
                            .createdAt(CREATED.minusSeconds(i + 1))
                            .build(),
                    "hash");
        }
        jobs.putIfAbsent(withMetadata("job"), "hash");
        Clock clock = Clock.fixed(CREATED.plus(Duration.ofDays(30)), ZoneOffset.UTC);

        assertThat(jobs.forgetCreatedBefore(CREATED, 2)).isEqualTo(2);
        assertThat(jobs.find(old)).hasSize(3);
        assertThat(new Retention(jobs, new SubmissionClaims(database.dataSource()), Duration.ofDays(30), clock).sweep())
                .isEqualTo(3);

        assertThat(jobs.find(old)).isEmpty();
        assertThat(jobs.find(ID)).isPresent();
    }

    @Test
    void the_old_are_forgotten_whatever_became_of_them() {
        for (GenerationStatus status : GenerationStatus.values()) {
            for (Priority priority : Priority.values()) {
                jobs.apply(
                        told(queued(status + "-" + priority).toBuilder()
                                .status(status)
                                .priority(priority)
                                .build()),
                        Map.of());
            }
        }
        int all = GenerationStatus.values().length * Priority.values().length;

        assertThat(jobs.forgetCreatedBefore(CREATED, all)).isZero();
        assertThat(jobs.forgetCreatedBefore(CREATED.plusMillis(1), all - 1)).isEqualTo(all - 1);
        assertThat(jobs.forgetCreatedBefore(CREATED.plusMillis(1), all)).isEqualTo(1);
    }

    /** Two gateways on one store apply the same records in different batches at the same time. */
    @Test
    void two_that_apply_the_same_at_once_agree() throws Exception {
        Jobs first = new JdbcJobs(database.dataSource());
        Jobs second = new JdbcJobs(database.dataSource());
        List<Change> story = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            story.add(new Change.Requested(withMetadata("both-" + i)));
            story.add(new Change.Told(started("both-" + i, 1)));
            story.add(new Change.Told(succeeded("both-" + i, 1)));
        }
        ExecutorService gateways = Executors.newFixedThreadPool(2);
        try {
            Future<?> one = gateways.submit(() -> inBatches(first, story, new Random(1)));
            Future<?> two = gateways.submit(() -> inBatches(second, story, new Random(2)));
            one.get(60, TimeUnit.SECONDS);
            two.get(60, TimeUnit.SECONDS);
        } finally {
            gateways.shutdownNow();
        }

        for (int i = 0; i < 40; i++) {
            assertThat(jobs.find(new GenerationId("both-" + i))).contains(succeeded("both-" + i, 1));
        }
    }

    private static void inBatches(Jobs jobs, List<Change> story, Random random) {
        int from = 0;
        while (from < story.size()) {
            int to = Math.min(story.size(), from + 1 + random.nextInt(8));
            jobs.apply(story.subList(from, to), Map.of());
            from = to;
        }
    }

    private static Generation withMetadata(String id) {
        return queued(id).toBuilder().metadata(Map.of("order", "A-17")).build();
    }

    private static List<Change> told(Generation generation) {
        return List.of(new Change.Told(generation));
    }
}
