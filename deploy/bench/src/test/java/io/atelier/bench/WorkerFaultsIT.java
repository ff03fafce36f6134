package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog.Entry;
import io.atelier.bench.simulation.DrawLog.Kind;
import io.atelier.error.ErrorCode;
import io.atelier.job.GenerationStatus;
import io.atelier.local.cluster.ChildProcess;
import io.atelier.message.EventType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that crash, come, go, and are told to stop. */
class WorkerFaultsIT {
    @TempDir
    static Path data;

    private static SimulatedCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = SimulatedCluster.start(data, Map.of("ATELIER_CONSUME_MAX_ATTEMPTS", "3"));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Each test has workers of its own. */
    @AfterEach
    void killWorkers() {
        cluster.killWorkers();
    }

    @Test
    void a_job_that_crashes_every_worker_fails_in_the_end_and_harms_no_other() throws Exception {
        List<String> workers = List.of("one", "two", "three", "four");
        for (String worker : workers) {
            cluster.launchWorker(worker);
        }
        List<String> before = produce("before", 5, "takes 100 ms");
        Place crasher = cluster.produce("crasher", "halts");
        List<String> after = produce("after", 5, "takes 100 ms");

        until("the crasher is given up", () -> cluster.log().hasEnded("crasher"));
        until(
                "all others end",
                () -> cluster.log().haveEnded(before) && cluster.log().haveEnded(after));

        assertThat(cluster.log().ends("crasher")).extracting(Told::failure).containsOnly(ErrorCode.ATTEMPTS_EXHAUSTED);
        until("its record is set aside", () -> cluster.log().letters().containsKey(crasher));
        assertThat(cluster.log().letters().get(crasher).reasonCode()).isEqualTo("attempts_exhausted");
        assertThat(cluster.draws("crasher", Kind.STARTED)).hasSize(3);
        assertThat(workers.stream().filter(worker -> !cluster.worker(worker).isAlive()))
                .as("crashed workers")
                .hasSize(3);
        assertAllSucceeded(before);
        assertAllSucceeded(after);
    }

    @Test
    void what_is_cancelled_while_it_waits_never_starts() throws Exception {
        cluster.startWorker("one");
        cluster.produce("busy", "takes 3000 ms");
        until("the worker is busy", () -> !cluster.draws("busy", Kind.STARTED).isEmpty());
        cluster.produce("unwanted", "takes 100 ms");

        cluster.cancel("unwanted");

        assertOneEnd("unwanted", GenerationStatus.CANCELED);
        assertThat(cluster.draws("unwanted", Kind.STARTED)).isEmpty();
        assertThat(cluster.log().of("unwanted", EventType.STARTED)).isEmpty();
        assertOneEnd("busy", GenerationStatus.SUCCEEDED);
    }

    @Test
    void what_is_cancelled_while_it_is_drawn_stops_within_a_step() throws Exception {
        cluster.startWorker("one");
        // A step of twenty takes three seconds.
        cluster.produce("endless", "takes 60000 ms");
        until("it is drawn", () -> !cluster.draws("endless", Kind.STARTED).isEmpty());

        long cancelled = System.nanoTime();
        cluster.cancel("endless");

        assertOneEnd("endless", GenerationStatus.CANCELED);
        List<Entry> stopped = cluster.draws("endless", Kind.STOPPED);
        assertThat(stopped).hasSize(1);
        assertThat(Duration.ofNanos(stopped.get(0).nanoTime() - cancelled)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void a_cancellation_beats_the_redelivery_after_a_crash() throws Exception {
        ChildProcess first = cluster.startWorker("one");
        cluster.produce("orphan", "takes 60000 ms");
        until("it is drawn", () -> !cluster.draws("orphan", Kind.STARTED).isEmpty());

        first.kill();
        cluster.cancel("orphan");
        cluster.startWorker("two");

        assertOneEnd("orphan", GenerationStatus.CANCELED);
        assertThat(cluster.draws("orphan", Kind.STARTED)).hasSize(1);
    }

    @Test
    void a_cancellation_of_what_has_ended_or_is_unknown_changes_nothing() throws Exception {
        cluster.startWorker("one");
        cluster.cancel("nobody");
        cluster.produce("ended", "takes 100 ms");
        assertOneEnd("ended", GenerationStatus.SUCCEEDED);

        cluster.cancel("ended");
        cluster.produce("ended", "takes 100 ms");

        until("it is answered again", () -> cluster.log().ends("ended").size() == 2);
        assertThat(cluster.log().ends("ended")).extracting(Told::eventId).containsOnly("ended/1/succeeded");
        assertThat(cluster.draws("ended", Kind.STARTED)).hasSize(1);
        assertThat(cluster.log().of("nobody")).isEmpty();
    }

    @Test
    void cancellations_that_race_with_start_and_end_leave_one_end_each() throws Exception {
        cluster.startWorker("one");
        cluster.startWorker("two");
        Random random = new Random(7);
        List<String> ids = produce("race", 60, "takes 100 ms");
        List<String> shuffled = new ArrayList<>(ids);
        Collections.shuffle(shuffled, random);
        for (String id : shuffled) {
            // About as fast as the workers draw, and in no order: the first ones hit jobs that wait, the last ones jobs
            // that have ended.
            until("some progress", () -> cluster.log().hasEnded(id) || random.nextInt(3) > 0);
            cluster.cancel(id);
        }
        until("all end", () -> cluster.log().haveEnded(ids));

        for (String id : ids) {
            assertThat(cluster.log().ends(id).stream().map(Told::eventId).distinct())
                    .as(id)
                    .hasSize(1);
        }
        assertThat(ids.stream()
                        .map(id -> cluster.log().ends(id).get(0).status())
                        .distinct())
                .contains(GenerationStatus.CANCELED, GenerationStatus.SUCCEEDED);
    }

    @Test
    void workers_come_and_go_under_load_without_loss_and_without_a_second_drawing() throws Exception {
        cluster.startWorker("first");
        List<String> ids = produce("scaled", 60, "takes 400 ms");
        List<String> more = List.of("more-1", "more-2", "more-3");
        for (String worker : more) {
            cluster.launchWorker(worker);
        }
        for (String worker : more) {
            until(
                    worker + " has drawn",
                    () -> cluster.draws().stream()
                            .anyMatch(draw -> draw.worker().equals(worker)));
        }

        more.forEach(worker -> cluster.worker(worker).askToStop());
        until(
                "all of them are gone",
                () -> more.stream().noneMatch(worker -> cluster.worker(worker).isAlive()));
        assertThat(cluster.log().haveEnded(ids))
                .as("the load was over before they left")
                .isFalse();
        until("all end", () -> cluster.log().haveEnded(ids));

        assertAllSucceeded(ids);
        Map<String, Long> draws = cluster.draws().stream()
                .filter(draw -> draw.kind() == Kind.STARTED && ids.contains(draw.id()))
                .collect(Collectors.groupingBy(Entry::id, Collectors.counting()));
        assertThat(draws.keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(draws.values()).containsOnly(1L);
    }

    @Test
    void the_same_id_by_http_and_by_kafka_is_one_generation_and_another_request_under_it_is_a_conflict()
            throws Exception {
        cluster.startGateway(Path.of(System.getProperty("atelier.home")));
        cluster.startWorker("one");
        String body = "{\"id\":\"both\",\"input\":{\"prompt\":\"takes 300 ms\"}}";
        assertThat(cluster.post("/v1/generations", body).statusCode()).isEqualTo(202);
        until("it has ended", () -> cluster.log().hasEnded("both"));

        cluster.produce("both", "takes 300 ms");
        Place other = cluster.produce("both", "takes 301 ms");

        until(
                "all three are answered",
                () -> cluster.log().ends("both").size() == 2
                        && cluster.log().letters().containsKey(other));
        assertThat(cluster.log().ends("both")).extracting(Told::eventId).containsOnly("both/1/succeeded");
        assertThat(cluster.log().letters().get(other).reasonCode()).isEqualTo("conflict");
        assertThat(cluster.draws("both", Kind.STARTED)).hasSize(1);
    }

    @Test
    void the_same_id_twice_at_once_has_one_end() throws Exception {
        cluster.startWorker("one");
        cluster.startWorker("two");
        List<String> ids = produce("twin", 20, "takes 50 ms");
        ids.forEach(id -> cluster.produce(id, "takes 50 ms"));
        ids.forEach(id -> cluster.produce(id, "takes 51 ms"));
        until("all end", () -> cluster.log().haveEnded(ids) && cluster.unfinishedRecords() == 0);

        for (String id : ids) {
            assertThat(cluster.log().ends(id).stream().map(Told::eventId).distinct())
                    .as(id)
                    .hasSize(1);
        }
    }

    private List<String> produce(String prefix, int count, String prompt) {
        List<String> ids =
                IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
        ids.forEach(id -> cluster.produce(id, prompt));
        return ids;
    }

    private void assertOneEnd(String id, GenerationStatus status) {
        until("the end of " + id, () -> cluster.log().hasEnded(id));
        assertThat(cluster.log().ends(id)).extracting(Told::status).containsExactly(status);
    }

    private void assertAllSucceeded(List<String> ids) {
        for (String id : ids) {
            assertThat(cluster.log().ends(id)).as(id).extracting(Told::status).containsOnly(GenerationStatus.SUCCEEDED);
            assertThat(cluster.log().ends(id).stream().map(Told::eventId).distinct())
                    .as(id)
                    .hasSize(1);
        }
    }
}
