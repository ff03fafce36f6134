package io.atelier.bench.speed;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.BareLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long a device stands idle between two jobs while others wait: with a worker, and with the {@link BareLoop} on the same
 * records.
 */
@Command(name = "speed.Gap", mixinStandardHelpOptions = true)
public final class Gap implements Callable<Integer> {
    private static final double BAR_MILLIS = 20;
    private static final String WORKER = "worker";
    private static final String BARE = "bare";

    @Mixin
    private RunOptions run;

    @Option(names = "--jobs", defaultValue = "150")
    private int jobs;

    @Option(names = "--draw-ms", defaultValue = "400", description = "How long a picture takes.")
    private int drawMillis;

    private Gap() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Gap()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(run.folder(), Map.of())) {
            List<String> ids =
                    IntStream.range(0, jobs).mapToObj(i -> "job-" + i).toList();
            ids.forEach(id -> cluster.produce(id, "takes " + drawMillis + " ms", run.seed()));
            cluster.startWorker(WORKER);
            await(cluster, WORKER);
            Patience.require(
                    "all are told", Duration.ofSeconds(10), () -> cluster.log().haveEnded(ids));
            cluster.worker(WORKER).kill();
            cluster.launch(BareLoop.class, BARE);
            await(cluster, BARE);

            Draws draws = Draws.finished(cluster.draws());
            Percentiles ours = Percentiles.ofNanos(draws.gaps(WORKER));
            Percentiles bare = Percentiles.ofNanos(draws.gaps(BARE));
            Report text = new Report("speed.Gap --seed " + run.seed() + " --jobs " + jobs + " --draw-ms " + drawMillis);
            text.line("idle between two drawings on a full queue");
            text.line("  worker: %s", ours);
            text.line("  bare share consumer, nothing stored or told: %s", bare);
            text.demand(ours.at(90) <= BAR_MILLIS, "p90 of the worker is at most %.0f ms", BAR_MILLIS);
            return run.publish(text);
        }
    }

    private void await(SimulatedCluster cluster, String device) throws Exception {
        Duration limit = Duration.ofMillis(60_000 + 2L * jobs * drawMillis);
        Patience.require(
                device + " has drawn all",
                limit,
                () -> Draws.finished(cluster.draws())
                                .byWorker()
                                .getOrDefault(device, List.of())
                                .size()
                        == jobs);
    }
}
