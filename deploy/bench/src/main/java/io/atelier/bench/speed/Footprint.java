package io.atelier.bench.speed;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a worker holds after each tenth of very many jobs: it must not grow. */
@Command(name = "speed.Footprint", mixinStandardHelpOptions = true)
public final class Footprint implements Callable<Integer> {
    private static final int SAMPLES = 10;
    /** Classes, connections and compiled code come with the first jobs. */
    private static final int WARM = 3;

    private static final double HEAP_MEGABYTES = 1;
    private static final double RESIDENT_MEGABYTES = 12;
    private static final double THREADS = 3;
    private static final double HANDLES = 3;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    @Mixin
    private RunOptions run;

    @Option(names = "--jobs", defaultValue = "10000")
    private int jobs;

    @Option(names = "--draw-ms", defaultValue = "1", description = "How long a picture takes.")
    private int drawMillis;

    private Footprint() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Footprint()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(run.folder(), Map.of())) {
            cluster.startWorker("worker");
            long pid = cluster.worker("worker").pid();
            List<ProcessSample> samples = new ArrayList<>();
            Report text =
                    new Report("speed.Footprint --seed " + run.seed() + " --jobs " + jobs + " --draw-ms " + drawMillis);
            for (int i = 1; i <= SAMPLES; i++) {
                draw(cluster, jobs * (i - 1) / SAMPLES, jobs * i / SAMPLES);
                ProcessSample sample = ProcessSample.take(pid);
                samples.add(sample);
                text.line("after %5d jobs: %s", jobs * i / SAMPLES, sample);
            }
            demand(text, samples, "heap after a full collection", "MB", HEAP_MEGABYTES, ProcessSample::heapMegabytes);
            demand(text, samples, "resident memory", "MB", RESIDENT_MEGABYTES, ProcessSample::residentMegabytes);
            demand(text, samples, "threads", "", THREADS, ProcessSample::threads);
            demand(text, samples, "file handles", "", HANDLES, ProcessSample::handles);
            return run.publish(text);
        }
    }

    private void draw(SimulatedCluster cluster, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            cluster.send("job-" + i, "takes " + drawMillis + " ms", run.seed());
        }
        Patience.require(
                to + " are drawn",
                LONGEST_WAIT,
                () -> cluster.draws().stream()
                                .filter(draw -> draw.kind() == DrawLog.Kind.FINISHED)
                                .count()
                        == to);
        Patience.require("all is acknowledged", LONGEST_WAIT, () -> cluster.unfinishedRecords() == 0);
    }

    /** From the first sample of a warm worker to the last one. */
    private static void demand(
            Report text,
            List<ProcessSample> samples,
            String what,
            String unit,
            double limit,
            ToDoubleFunction<ProcessSample> value) {
        double growth = value.applyAsDouble(samples.get(SAMPLES - 1)) - value.applyAsDouble(samples.get(WARM - 1));
        text.demand(
                growth <= limit, "%s: %+.1f %s since the %d. sample, at most %.0f", what, growth, unit, WARM, limit);
    }
}
