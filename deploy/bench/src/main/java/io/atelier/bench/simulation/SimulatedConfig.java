package io.atelier.bench.simulation;

import io.atelier.process.ParentWatch;
import io.atelier.worker.WorkerConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** The configuration of a worker without the framework that reads it for real ones. */
final class SimulatedConfig {
    private static final int ABOVE_THE_USUAL = 200;

    private SimulatedConfig() {}

    /** From environment variables and system properties, as for real workers, but for the id. */
    static WorkerConfig read(String id) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, ABOVE_THE_USUAL, SimulatedConfig::duration)
                .addDefaultSources()
                .withDefaultValues(Map.of("atelier.worker.id", id))
                .withMapping(WorkerConfig.class)
                .build()
                .getConfigMapping(WorkerConfig.class);
    }

    /** Ends this process with the one that started it. */
    static void watchParent(WorkerConfig config) {
        config.parentPid()
                .ifPresent(pid ->
                        ParentWatch.onParentExit(pid, () -> Runtime.getRuntime().halt(0)));
    }

    /** As Quarkus reads them in the configuration of real workers: {@code 30s}, or as ISO 8601 has it. */
    private static Duration duration(String text) {
        return Duration.parse(text.startsWith("P") ? text : "PT" + text);
    }
}
