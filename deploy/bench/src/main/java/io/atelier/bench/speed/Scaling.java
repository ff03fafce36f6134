package io.atelier.bench.speed;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.bench.speed.Draws.Draw;
import io.atelier.job.GenerationStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Whether workers add up: what clusters of several sizes draw, over what their devices could, and what becomes of jobs while
 * a cluster grows to ten times its size and shrinks again. All jobs lie in one topic.
 */
@Command(name = "speed.Scaling", mixinStandardHelpOptions = true)
public final class Scaling implements Callable<Integer> {
    private static final double BAR = 0.98;

    @Mixin
    private RunOptions run;

    @Option(names = "--workers", split = ",", defaultValue = "1,10,50", description = "Sizes of clusters.")
    private List<Integer> sizes;

    @Option(names = "--jobs-each", defaultValue = "15", description = "Jobs for each worker.")
    private int jobsEach;

    @Option(
            names = "--warm-up",
            defaultValue = "3",
            description =
                    "Of these, the ones for which the bar does not hold: all workers share one JVM that just started.")
    private int warmUp;

    @Option(names = "--draw-ms", defaultValue = "2000", description = "How long a picture takes.")
    private int drawMillis;

    @Option(names = "--few", defaultValue = "5", description = "Workers that stay while others come and go.")
    private int few;

    @Option(names = "--many", defaultValue = "50", description = "Workers when all are there; 0 to leave this out.")
    private int many;

    private Report text;

    private Scaling() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Scaling()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        text = new Report("speed.Scaling --seed " + run.seed() + " --workers "
                + sizes.toString().replaceAll("[\\[\\] ]", "") + " --jobs-each " + jobsEach + " --warm-up " + warmUp
                + " --draw-ms " + drawMillis
                + " --few " + few + " --many " + many);
        Path folder = run.folder();
        for (int size : sizes) {
            measure(folder.resolve("of-" + size), size);
        }
        if (many > 0) {
            growAndShrink(folder.resolve("growing"));
        }
        return run.publish(text);
    }

    private void measure(Path folder, int size) throws Exception {
        int jobs = size * jobsEach;
        try (SimulatedCluster cluster = SimulatedCluster.start(folder, Map.of())) {
            cluster.startWorker("worker", "--count", Integer.toString(size));
            List<String> ids = submit(cluster, jobs);
            awaitEnd(cluster, ids, Duration.ofMillis(60_000 + 3L * jobsEach * drawMillis));

            Draws draws = Draws.finished(cluster.draws());
            text.line("%d workers, with the first jobs of a cold JVM: %.4f of the ideal", size, partOfIdeal(draws));
            Draws warm = draws.withoutFirst(warmUp);
            double part = partOfIdeal(warm);
            Percentiles gaps = Percentiles.ofNanos(warm.byWorker().keySet().stream()
                    .flatMap(worker -> warm.gaps(worker).stream())
                    .toList());
            text.line(
                    "%d workers, warm: %.3f jobs/s while all had jobs; ideal %.3f; idle between jobs %s",
                    size, part * ideal(size), ideal(size), gaps);
            text.demand(
                    draws.byWorker().size() == size && part >= BAR,
                    "%.4f of the ideal, at least %.2f wanted",
                    part,
                    BAR);
            demandEachOnce(cluster, ids);
        }
    }

    /** @return jobs a second that the devices can draw */
    private double ideal(int workers) {
        return workers * 1000.0 / drawMillis;
    }

    /** What was drawn from the moment on in which the last worker has begun, until no job waits any more. */
    private double partOfIdeal(Draws draws) {
        Collection<List<Draw>> byWorker = draws.byWorker().values();
        long from = byWorker.stream().mapToLong(own -> own.get(0).from()).max().orElseThrow();
        long to = draws.all().stream().mapToLong(Draw::from).max().orElseThrow();
        double drawn = draws.all().stream()
                .mapToDouble(draw -> draw.partWithin(from, to))
                .sum();
        return drawn / ((to - from) / 1e9) / ideal(byWorker.size());
    }

    /** A process of few workers stays; one with the rest comes when jobs are drawn, and is drained while jobs wait. */
    private void growAndShrink(Path folder) throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(folder, Map.of())) {
            cluster.startWorker("few", "--count", Integer.toString(few));
            List<String> ids = submit(cluster, 8 * many);
            Patience.require("some are drawn", Duration.ofMinutes(1), () -> finished(cluster) >= 2 * few);
            cluster.startWorker("more", "--count", Integer.toString(many - few));
            Patience.require(
                    "all workers draw",
                    Duration.ofMinutes(1),
                    () -> Draws.finished(cluster.draws()).byWorker().size() == many);
            int before = finished(cluster);
            cluster.worker("more").askToStop();
            cluster.worker("more").awaitStop(Duration.ofMinutes(1));
            int after = finished(cluster);
            awaitEnd(cluster, ids, Duration.ofMillis(60_000L + 8L * many * drawMillis / few));
            text.line(
                    "%d to %d to %d workers: %d jobs, %d of them done when the %d were told to stop, %d when they had",
                    few, many, few, ids.size(), before, many - few, after);
            text.demand(after < ids.size(), "jobs were left for the %d", few);
            demandEachOnce(cluster, ids);
        }
    }

    private List<String> submit(SimulatedCluster cluster, int jobs) {
        List<String> ids = IntStream.range(0, jobs).mapToObj(i -> "job-" + i).toList();
        ids.forEach(id -> cluster.produce(id, "takes " + drawMillis + " ms", run.seed()));
        return ids;
    }

    private static int finished(SimulatedCluster cluster) {
        return Draws.finished(cluster.draws()).all().size();
    }

    private static void awaitEnd(SimulatedCluster cluster, List<String> ids, Duration limit) throws Exception {
        Patience.require("all end", limit, () -> cluster.log().haveEnded(ids) && cluster.unfinishedRecords() == 0);
    }

    private void demandEachOnce(SimulatedCluster cluster, List<String> ids) {
        List<String> drawn = new ArrayList<>(cluster.draws().stream()
                .filter(draw -> draw.kind() == DrawLog.Kind.STARTED)
                .map(DrawLog.Entry::id)
                .sorted()
                .toList());
        List<String> wanted = new ArrayList<>(ids);
        Collections.sort(wanted);
        boolean succeeded = ids.stream()
                .allMatch(id ->
                        cluster.log().ends(id).stream().allMatch(end -> end.status() == GenerationStatus.SUCCEEDED));
        text.demand(succeeded && drawn.equals(wanted), "%d jobs succeeded, each drawn once", ids.size());
    }
}
