package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.FaultProxy.Fault;
import io.atelier.bench.cluster.FaultProxy.Seen;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.job.GenerationStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of pictures when the store is away, refuses, breaks off, or does what it was told without saying so. */
class StorageFaultsIT {
    private static final Duration LOCK = Duration.ofSeconds(3);

    @TempDir
    static Path data;

    private static SimulatedCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = SimulatedCluster.start(
                data, Map.of("ATELIER_CONSUME_LOCK", LOCK.toString(), "ATELIER_STORAGE_TIMEOUT", "PT2S"));
        cluster.startWorker("one");
        cluster.startWorker("two");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void heal() {
        cluster.storage().heal();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "RESET", "BLACKHOLE", "LOST_ANSWER"})
    void a_drawn_picture_waits_for_the_store_longer_than_its_lock_and_is_not_drawn_again(Fault fault) {
        String id = "picture-" + fault;
        cluster.storage().inject(fault, request -> isPut(request, id + "/0.png"));

        cluster.produce(id, "takes 100 ms");
        until(
                "the store has refused for longer than the lock",
                () -> refusedFor(id).compareTo(LOCK.multipliedBy(2)) > 0);
        assertThat(cluster.log().hasEnded(id)).as("ended without its picture").isFalse();
        cluster.storage().heal();

        assertDrawnOnceAndTold(id);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "RESET", "BLACKHOLE", "LOST_ANSWER", "SLOW"})
    void a_commit_that_fails_or_seems_to_fail_happens_once(Fault fault) {
        String id = "manifest-" + fault;
        cluster.storage().inject(fault, request -> isPut(request, id + "/manifest.json"));

        cluster.produce(id, "takes 100 ms");
        until("the commit was spoiled", () -> !refused(id).isEmpty());
        cluster.storage().heal();

        assertDrawnOnceAndTold(id);
    }

    @Test
    void a_job_that_comes_while_the_store_is_away_waits_and_costs_no_attempt() {
        cluster.storage().inject(Fault.UNAVAILABLE, request -> true);

        List<String> ids = List.of("early-1", "early-2", "early-3");
        ids.forEach(id -> cluster.produce(id, "takes 100 ms"));
        until("the store was asked", () -> !refused("early-1").isEmpty());
        cluster.storage().heal();

        ids.forEach(StorageFaultsIT::assertDrawnOnceAndTold);
    }

    @Test
    void killed_between_commit_and_event_the_end_is_told_by_another_and_nothing_is_drawn_again() throws Exception {
        cluster.storage().inject(Fault.HELD_ANSWER, request -> isPut(request, "committed/manifest.json"));
        cluster.produce("committed", "takes 100 ms");
        until(
                "the manifest is written and not answered",
                () -> !refused("committed").isEmpty());

        replaceDrawerOf("committed");
        cluster.storage().heal();

        assertDrawnOnceAndTold("committed");
    }

    @Test
    void killed_between_upload_and_commit_the_same_picture_is_drawn_again() throws Exception {
        cluster.storage().inject(Fault.BLACKHOLE, request -> isPut(request, "uploaded/manifest.json"));
        cluster.produce("uploaded", "takes 100 ms");
        until("the commit is under way", () -> !refused("uploaded").isEmpty());
        byte[] first = Files.readAllBytes(object("uploaded/0.png"));

        replaceDrawerOf("uploaded");
        cluster.storage().heal();

        until("the end", () -> cluster.log().hasEnded("uploaded"));
        List<Told> ends = cluster.log().ends("uploaded");
        assertThat(ends).extracting(Told::status).containsOnly(GenerationStatus.SUCCEEDED);
        assertThat(ends).extracting(Told::eventId).containsOnly("uploaded/2/succeeded");
        assertThat(cluster.draws("uploaded", DrawLog.Kind.FINISHED)).hasSize(2);
        assertThat(Files.readAllBytes(object("uploaded/0.png"))).isEqualTo(first);
        assertThat(ends.get(0).generation().output().get(0).sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(first)));
    }

    /** Kills the worker that works on a generation, and starts it anew for the tests that follow. */
    private static void replaceDrawerOf(String id) throws Exception {
        String worker = cluster.draws(id, DrawLog.Kind.FINISHED).get(0).worker();
        cluster.worker(worker).kill();
        cluster.launchWorker(worker);
    }

    private static void assertDrawnOnceAndTold(String id) {
        until("the end of " + id, () -> cluster.log().hasEnded(id));
        List<Told> ends = cluster.log().ends(id);
        assertThat(ends).extracting(Told::status).containsOnly(GenerationStatus.SUCCEEDED);
        assertThat(ends).extracting(Told::eventId).containsOnly(id + "/1/succeeded");
        assertThat(cluster.draws(id, DrawLog.Kind.STARTED)).as("draws of " + id).hasSize(1);
        assertThat(object(id + "/0.png")).exists();
        assertThat(object(id + "/manifest.json")).exists();
    }

    private static Path object(String key) {
        return cluster.objects().resolve("generations").resolve(key);
    }

    private static boolean isPut(Seen request, String end) {
        return request.method().equals("PUT") && request.path().endsWith(end);
    }

    private static List<Seen> refused(String id) {
        return cluster.storage().spoiled().stream()
                .filter(request -> request.path().contains("/" + id + "/"))
                .toList();
    }

    private static Duration refusedFor(String id) {
        List<Seen> all = refused(id);
        return all.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(
                        all.get(all.size() - 1).nanoTime() - all.get(0).nanoTime());
    }
}
