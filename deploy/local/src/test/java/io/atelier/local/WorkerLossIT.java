package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
}
