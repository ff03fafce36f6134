package io.atelier.bench.gateway;

import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.testing.Postgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How broker and gateway are run to be measured: with the compilers and the collector of a server, as a JVM chooses by itself. */
final class GatewaySettings {
    /** Undoes what makes many small processes start quickly on few cores. */
    private static final List<String> SERVER = List.of("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC");

    @Option(names = "--home", defaultValue = ".", description = "Folder of the project, with the built gateway.")
    private Path home;

    @Option(names = "--heap", defaultValue = "1g", description = "Heap of broker and gateway.")
    private String heap;

    @Option(names = "--jvm", description = "More options for the JVMs of broker and gateway.")
    private List<String> jvm = List.of();

    SimulatedCluster start(RunOptions run) throws Exception {
        List<String> options = new ArrayList<>(SERVER);
        options.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
        options.addAll(jvm);
        return SimulatedCluster.start(run.folder(), Map.of(), options);
    }

    /** With an H2 file. */
    void startGateway(SimulatedCluster cluster) throws Exception {
        startGateway(cluster, Map.of());
    }

    /** @param more variables of its environment */
    void startGateway(SimulatedCluster cluster, Map<String, String> more) throws Exception {
        cluster.startGateway(home, more);
    }

    void startGateway(SimulatedCluster cluster, Postgres.Database store) throws Exception {
        startGateway(
                cluster,
                Map.of(
                        "ATELIER_STORE",
                        "postgresql",
                        "ATELIER_STORE_URL",
                        store.url(),
                        "ATELIER_STORE_USER",
                        store.user(),
                        "ATELIER_STORE_PASSWORD",
                        store.password()));
    }

    @Override
    public String toString() {
        return "broker and gateway with a heap of " + heap + " each";
    }
}
