package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a picture whose worker dies. */
class WorkerLossIT {
    private static final String LONG = "{\"input\":{\"prompt\":\"a red ring\",\"width\":256,\"height\":256,"
            + "\"num_inference_steps\":100,\"seed\":3}}";

    @TempDir
    Path data;

    @Test
    void another_worker_draws_the_same_picture_and_there_is_one_end() throws Exception {
        try (TestCluster cluster = TestCluster.start(data, 2, Map.of())) {
            cluster.produce("killed", LONG.getBytes());
            EventLog.Event started =
                    cluster.events().awaitEvents("killed", EventType.STARTED, 1).get(0);
            cluster.events().awaitEvents("killed", EventType.PROGRESS, 1);
            String victim = started.generation().worker();

            ProcessHandle.of(cluster.pid(victim)).orElseThrow().destroyForcibly();

            Generation ended = cluster.events().awaitEnd("killed");
            assertThat(ended.status()).isEqualTo(GenerationStatus.SUCCEEDED);
            assertThat(ended.attempt()).isEqualTo(2);
            assertThat(ended.worker()).isNotEqualTo(victim);
            cluster.produce("undisturbed", LONG.getBytes());
            Generation same = cluster.events().awaitEnd("undisturbed");
            assertThat(ended.output().get(0).sha256())
                    .isEqualTo(same.output().get(0).sha256());
            List<EventLog.Event> ends = cluster.events().ends("killed");
            assertThat(ends).hasSize(1);
        }
    }

    @Test
    void a_worker_that_slept_past_its_lock_changes_nothing_when_it_wakes() throws Exception {
        Map<String, String> settings = Map.of("ATELIER_CONSUME_LOCK", "3s", "ATELIER_CONSUME_GRACE", "1s");
        try (TestCluster cluster = TestCluster.start(data, 2, settings)) {
            cluster.produce("slept", LONG.getBytes());
            EventLog.Event started =
                    cluster.events().awaitEvents("slept", EventType.STARTED, 1).get(0);
            String sleeper = started.generation().worker();

            signal("STOP", cluster.pid(sleeper));
            Generation ended = cluster.events().awaitEnd("slept");
            signal("CONT", cluster.pid(sleeper));

            assertThat(ended.worker()).isNotEqualTo(sleeper);
            assertThat(ended.attempt()).isEqualTo(2);
            // Each takes longer than the rest of the sleeper's own picture would, had it drawn on; and it works again.
            List<String> after = List.of("after-1", "after-2", "after-3", "after-4");
            after.forEach(id -> cluster.produce(id, LONG.getBytes()));
            List<Generation> drawn =
                    after.stream().map(cluster.events()::awaitEnd).collect(Collectors.toList());
            assertThat(drawn).extracting(Generation::status).containsOnly(GenerationStatus.SUCCEEDED);
            assertThat(drawn).extracting(Generation::worker).contains(sleeper);
            assertThat(cluster.events().ends("slept"))
                    .extracting(EventLog.Event::id)
                    .containsOnly("slept/2/succeeded");
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
