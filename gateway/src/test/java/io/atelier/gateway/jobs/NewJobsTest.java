package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.queued;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NewJobsTest {
    private Database database;
    private Jobs jobs;
    /** What is to be run when a test says so, so that generations come while one transaction is written. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private NewJobs newJobs;

    @BeforeEach
    void openStore() {
        database = TestDatabases.h2();
        jobs = new JdbcJobs(database.dataSource());
        newJobs = new NewJobs(jobs, tasks::add);
    }

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void what_waits_is_stored_together() {
        List<CompletableFuture<StoredJob>> stored = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stored.add(newJobs.putIfAbsent(queued("job-" + i), "hash"));
        }
        assertThat(tasks).hasSize(1);
        assertThat(stored).noneMatch(CompletableFuture::isDone);

        tasks.remove().run();

        assertThat(tasks).isEmpty();
        for (int i = 0; i < 100; i++) {
            assertThat(stored.get(i))
                    .isCompletedWithValue(new StoredJob(queued("job-" + i), false, Optional.of("hash")));
            assertThat(jobs.find(new GenerationId("job-" + i))).contains(queued("job-" + i));
        }
    }

    @Test
    void an_id_that_comes_twice_is_that_of_the_first() {
        jobs.putIfAbsent(queued("old"), "old hash");
        CompletableFuture<StoredJob> old = newJobs.putIfAbsent(queued("old"), "hash");
        CompletableFuture<StoredJob> first = newJobs.putIfAbsent(queued("job"), "first hash");
        CompletableFuture<StoredJob> second = newJobs.putIfAbsent(queued("job"), "second hash");
        CompletableFuture<StoredJob> other = newJobs.putIfAbsent(queued("other"), "hash");

        tasks.remove().run();

        assertThat(old.join().requestHash()).contains("old hash");
        assertThat(first.join().requestHash()).contains("first hash");
        assertThat(second.join().requestHash()).contains("first hash");
        assertThat(other.join().requestHash()).contains("hash");
    }

    @Test
    void one_that_cannot_be_stored_fails_alone() {
        Generation impossible = queued("far").toBuilder().createdAt(Instant.MAX).build();
        CompletableFuture<StoredJob> before = newJobs.putIfAbsent(queued("before"), "hash");
        CompletableFuture<StoredJob> failing = newJobs.putIfAbsent(impossible, "hash");
        CompletableFuture<StoredJob> after = newJobs.putIfAbsent(queued("after"), "hash");

        tasks.remove().run();

        assertThat(before.join().generation()).isEqualTo(queued("before"));
        assertThatThrownBy(failing::join).hasCauseInstanceOf(DateTimeException.class);
        assertThat(after.join().generation()).isEqualTo(queued("after"));
    }

    @Test
    void all_fail_when_the_store_is_away_and_the_next_one_is_tried_again() {
        List<CompletableFuture<StoredJob>> failing =
                List.of(newJobs.putIfAbsent(queued("1"), "hash"), newJobs.putIfAbsent(queued("2"), "hash"));
        database.close();
        tasks.remove().run();
        List<CompletableFuture<StoredJob>> twice =
                List.of(newJobs.putIfAbsent(queued("3"), "hash"), newJobs.putIfAbsent(queued("3"), "hash"));
        tasks.remove().run();
        assertThat(twice).allSatisfy(job -> assertThatThrownBy(job::join).hasCauseInstanceOf(JobsException.class));
        assertThat(failing).allSatisfy(job -> assertThatThrownBy(job::join).hasCauseInstanceOf(JobsException.class));

        newJobs.putIfAbsent(queued("4"), "hash");
        assertThat(tasks).hasSize(1);
    }

    @Test
    void nothing_waits_for_an_executor_that_has_ended() {
        ExecutorService ended = Executors.newSingleThreadExecutor();
        ended.shutdown();
        NewJobs refused = new NewJobs(jobs, ended);

        assertThatThrownBy(refused.putIfAbsent(queued("job"), "hash")::join)
                .hasCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void many_at_once_are_all_stored() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        NewJobs shared = new NewJobs(jobs, pool);
        try {
            List<CompletableFuture<StoredJob>> stored = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                Generation job = queued("job-" + i % 1500);
                stored.add(CompletableFuture.supplyAsync(() -> shared.putIfAbsent(job, "hash"), pool)
                        .thenCompose(Function.identity()));
            }
            for (CompletableFuture<StoredJob> job : stored) {
                assertThat(job.get(30, TimeUnit.SECONDS).requestHash()).contains("hash");
            }
        } finally {
            pool.shutdownNow();
        }
        for (int i = 0; i < 1500; i++) {
            assertThat(jobs.find(new GenerationId("job-" + i))).isPresent();
        }
    }
}
