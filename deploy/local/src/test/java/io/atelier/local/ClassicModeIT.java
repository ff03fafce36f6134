package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cluster as it runs on brokers that know no share groups. */
class ClassicModeIT {
    private static final Map<String, String> CLASSIC =
            Map.of("ATELIER_CONSUME_MODE", "classic", "ATELIER_CONSUME_LOCK", "6s");
    private static final String SHORT =
            "{\"input\":{\"prompt\":\"a red ring\",\"num_inference_steps\":4,\"refiner\":{\"mode\":\"none\"}}}";
    private static final String LONG = "{\"input\":{\"prompt\":\"a red ring\",\"width\":256,\"height\":256,"
            + "\"num_inference_steps\":100,\"seed\":3}}";

    @TempDir
    Path data;

    @Test
    void workers_share_the_jobs_and_one_takes_over_what_another_died_of() throws Exception {
        try (TestCluster cluster = TestCluster.start(data, 2, CLASSIC)) {
            List<String> ids = IntStream.range(0, 12).mapToObj(i -> "job-" + i).toList();
            ids.forEach(id -> cluster.produce(id, SHORT.getBytes()));

            List<Generation> drawn =
                    ids.stream().map(cluster.events()::awaitEnd).collect(Collectors.toList());
            assertThat(drawn).extracting(Generation::status).containsOnly(GenerationStatus.SUCCEEDED);
            assertThat(ids)
                    .allSatisfy(id -> assertThat(cluster.events().ends(id)).hasSize(1));

            cluster.produce("killed", LONG.getBytes());
            String victim = cluster.events()
                    .awaitEvents("killed", EventType.STARTED, 1)
                    .get(0)
                    .generation()
                    .worker();
            ProcessHandle.of(cluster.pid(victim)).orElseThrow().destroyForcibly();

            Generation ended = cluster.events().awaitEnd("killed");
            assertThat(ended.status()).isEqualTo(GenerationStatus.SUCCEEDED);
            assertThat(ended.worker()).isNotEqualTo(victim);
            assertThat(ended.attempt()).isEqualTo(2);
        }
    }
}
