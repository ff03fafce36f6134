package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.SimulatedCluster;
import java.io.IOException;
import java.time.Duration;

/**
 * What the gateway says of its projection.
 *
 * @param records that it has read since its start
 * @param lag     records that its store does not know yet
 */
record GatewayMetrics(long records, long lag) {
    private static final String RECORDS = "atelier_projection_records_total";
    private static final String LAG = "atelier_projection_lag";
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    static GatewayMetrics of(SimulatedCluster cluster) throws IOException, InterruptedException {
        return new GatewayMetrics(Math.round(sum(cluster, RECORDS)), Math.round(sum(cluster, LAG)));
    }

    /** A metric, summed up over all its labels; 0 if there is none yet. @param name as Prometheus has it */
    static double sum(SimulatedCluster cluster, String name) throws IOException, InterruptedException {
        return cluster.get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + ' ') || line.startsWith(name + '{'))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Waits until the store knows all that is in the topics. @param records that the gateway must have read at least */
    static void awaitProjected(SimulatedCluster cluster, long records, Duration longest) throws Exception {
        Patience.require(records + " records are in the store", longest, () -> {
            GatewayMetrics now = of(cluster);
            return now.records >= records && now.lag == 0;
        });
    }

    /** Waits until the gateway knows the generation that was requested last, and has read everything. */
    static void awaitProjected(SimulatedCluster cluster, String lastId) throws Exception {
        Patience.require(
                "the gateway knows " + lastId,
                LONGEST_WAIT,
                () -> cluster.get("/v1/generations/" + lastId).statusCode() == 200);
        awaitProjected(cluster, 0, LONGEST_WAIT);
    }
}
