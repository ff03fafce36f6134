package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.SimulatedCluster;
import java.time.Duration;

/**
 * What the gateway says of its projection.
 *
 * @param records that it has read since its start
 * @param lag     records that its store does not know yet
 */
record GatewayMetrics(long records, long lag) {
    private static final String RECORDS = "atelier_projection_records_total{";
    private static final String LAG = "atelier_projection_lag";

    static GatewayMetrics of(SimulatedCluster cluster) throws Exception {
        long records = 0;
        long lag = 0;
        for (String line : cluster.get("/q/metrics").body().split("\n")) {
            if (line.startsWith(RECORDS)) {
                records += value(line);
            } else if (line.startsWith(LAG)) {
                lag += value(line);
            }
        }
        return new GatewayMetrics(records, lag);
    }

    private static long value(String line) {
        return Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
    }

    /** Waits until the store knows all that is in the topics. @param records that the gateway must have read at least */
    static void awaitProjected(SimulatedCluster cluster, long records, Duration longest) throws Exception {
        Patience.require(records + " records are in the store", longest, () -> {
            GatewayMetrics now = of(cluster);
            return now.records >= records && now.lag == 0;
        });
    }
}
