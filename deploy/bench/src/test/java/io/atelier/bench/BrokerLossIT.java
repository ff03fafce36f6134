package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.GenerationStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that crashes, restarts, or is away for longer than every lock. */
class BrokerLossIT {
    private static final Duration LOCK = Duration.ofSeconds(3);

    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_restart_of_the_broker_loses_nothing(boolean crash) throws Exception {
        assertNothingIsLost(crash, Duration.ZERO);
    }

    @Test
    void a_broker_that_is_away_for_longer_than_the_locks_loses_nothing() throws Exception {
        assertNothingIsLost(true, LOCK.multipliedBy(4));
    }

    private void assertNothingIsLost(boolean crash, Duration away) throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of("ATELIER_CONSUME_LOCK", LOCK.toString()))) {
            cluster.startWorker("one");
            cluster.startWorker("two");
            List<String> ids = IntStream.range(0, 20).mapToObj(i -> "job-" + i).toList();
            ids.forEach(id -> cluster.produce(id, "takes 500 ms"));
            until(
                    "work is under way",
                    () -> ids.stream().filter(cluster.log()::hasEnded).count() >= 3);

            if (crash) {
                cluster.broker().kill();
            } else {
                cluster.broker().askToStop();
                until("the broker is down", () -> !cluster.broker().isAlive());
            }
            // How long it is away is the point.
            TimeUnit.MILLISECONDS.sleep(away.toMillis());
            cluster.startBroker();

            until("all end", () -> cluster.log().haveEnded(ids));
            for (String id : ids) {
                assertThat(cluster.log().ends(id))
                        .as(id)
                        .extracting(Told::status)
                        .containsOnly(GenerationStatus.SUCCEEDED);
                assertThat(cluster.log().ends(id).stream().map(Told::eventId).distinct())
                        .as(id)
                        .hasSize(1);
            }
            assertThat(cluster.worker("one").isAlive()).isTrue();
            assertThat(cluster.worker("two").isAlive()).isTrue();
        }
    }
}
