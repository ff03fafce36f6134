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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a job waits from the death of its worker (kill -9) until the next one draws it. */
@Command(name = "speed.Redelivery", mixinStandardHelpOptions = true)
public final class Redelivery implements Callable<Integer> {
    private static final double BAR_MILLIS = 1000;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    @Mixin
    private RunOptions run;

    @Option(names = "--kills", defaultValue = "30")
    private int kills;

    private Redelivery() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Redelivery()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(run.folder(), Map.of())) {
            cluster.startWorker("one");
            cluster.startWorker("two");
            List<Long> waits = new ArrayList<>();
            for (int i = 0; i < kills; i++) {
                waits.add(killOne(cluster, "job-" + i));
            }
            Percentiles times = Percentiles.ofNanos(waits);
            Report text = new Report("speed.Redelivery --seed " + run.seed() + " --kills " + kills);
            text.line("from kill -9 of a worker to the beginning of the next drawing: %s", times);
            text.demand(times.at(90) <= BAR_MILLIS, "p90 is at most %.0f ms", BAR_MILLIS);
            return run.publish(text);
        }
    }

    /** @return nanoseconds */
    private long killOne(SimulatedCluster cluster, String id) throws Exception {
        cluster.produce(id, "takes 1000 ms", run.seed());
        awaitStarts(cluster, id, 1);
        String victim = starts(cluster, id).get(0).worker();
        long killed = System.nanoTime();
        cluster.worker(victim).kill();
        awaitStarts(cluster, id, 2);
        cluster.startWorker(victim);
        Patience.require(id + " ends", LONGEST_WAIT, () -> cluster.log().hasEnded(id));
        return starts(cluster, id).stream()
                        .mapToLong(DrawLog.Entry::nanoTime)
                        .max()
                        .orElseThrow()
                - killed;
    }

    private static void awaitStarts(SimulatedCluster cluster, String id, int count) throws Exception {
        Patience.require(
                id + " is drawn for the " + count + ". time",
                LONGEST_WAIT,
                () -> starts(cluster, id).size() == count);
    }

    private static List<DrawLog.Entry> starts(SimulatedCluster cluster, String id) {
        return cluster.draws(id, DrawLog.Kind.STARTED);
    }
}
