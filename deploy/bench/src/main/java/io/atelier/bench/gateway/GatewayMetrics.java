package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.SimulatedCluster;
import java.io.IOException;
import java.time.Duration;

/** What a gateway says of itself. */
final class GatewayMetrics {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    private GatewayMetrics() {}

    /** A metric without labels. @param name as Prometheus has it */
    static double value(SimulatedCluster cluster, String name) throws IOException, InterruptedException {
        String text = cluster.get("/q/metrics").body();
        return text.lines()
                .filter(line -> line.startsWith(name + ' ') || line.startsWith(name + '{'))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException("No metric " + name));
    }

    /** Waits until the gateway knows the generation that was requested last, and has read everything. */
    static void awaitProjection(SimulatedCluster cluster, String lastId) throws Exception {
        Patience.require(
                "the gateway knows " + lastId,
                LONGEST_WAIT,
                () -> cluster.get("/v1/generations/" + lastId).statusCode() == 200);
        Patience.require("the gateway has read all", LONGEST_WAIT, () -> value(cluster, "atelier_projection_lag") == 0);
    }
}
