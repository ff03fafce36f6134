package io.atelier.bench.speed;

import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How soon a job starts that comes to a cluster where nothing is to do. */
@Command(name = "speed.Latency", mixinStandardHelpOptions = true)
public final class Latency implements Callable<Integer> {
    private static final double BAR_MILLIS = 50;
    private static final int WARM_UP = 20;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    @Mixin
    private RunOptions run;

    @Option(names = "--jobs", defaultValue = "100", description = "One after the other, after some to warm up.")
    private int jobs;

    @Option(names = "--home", defaultValue = ".", description = "Folder of the project, with the built gateway.")
    private Path home;

    private final List<Long> queuedToStarted = new ArrayList<>();
    private final List<Long> calledToDrawn = new ArrayList<>();

    private Latency() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Latency()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(run.folder(), Map.of())) {
            cluster.startGateway(home);
            cluster.startWorker("worker");
            for (int i = 0; i < WARM_UP + jobs; i++) {
                submit(cluster, "job-" + i, i >= WARM_UP);
            }
            Percentiles started = Percentiles.ofNanos(queuedToStarted);
            Report text = new Report("speed.Latency --seed " + run.seed() + " --jobs " + jobs);
            text.line("one job after the other by HTTP, after %d to warm up", WARM_UP);
            text.line("  created_at to started_at: %s", started);
            text.line("  HTTP call to the beginning of the drawing: %s", Percentiles.ofNanos(calledToDrawn));
            text.demand(started.at(50) <= BAR_MILLIS, "p50 from queued to started is at most %.0f ms", BAR_MILLIS);
            return run.publish(text);
        }
    }

    private void submit(SimulatedCluster cluster, String id, boolean counts) throws Exception {
        String body = "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"takes 20 ms\",\"seed\":" + run.seed() + "}}";
        long called = System.nanoTime();
        int status = cluster.post("/v1/generations", body).statusCode();
        if (status != 202) {
            throw new IllegalStateException("HTTP " + status + " for " + id);
        }
        Patience.require(
                id + " ends", LONGEST_WAIT, () -> cluster.log().hasEnded(id) && cluster.unfinishedRecords() == 0);
        if (counts) {
            Told told = cluster.log().of(id, EventType.STARTED).get(0);
            Generation started = told.generation();
            queuedToStarted.add(
                    Duration.between(started.createdAt(), started.startedAt()).toNanos());
            calledToDrawn.add(cluster.draws(id, DrawLog.Kind.STARTED).get(0).nanoTime() - called);
        }
    }
}
