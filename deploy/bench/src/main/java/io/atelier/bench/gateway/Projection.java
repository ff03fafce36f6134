package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.speed.Percentiles;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast the job store takes in what lies in the topics, and how far behind it is while records come in. */
@Command(name = "gateway.Projection", mixinStandardHelpOptions = true)
public final class Projection implements Callable<Integer> {
    private static final double BAR_PER_SECOND = 10_000;
    private static final double BAR_MILLIS = 100;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long SAMPLE_MILLIS = 50;
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    @Mixin
    private RunOptions run;

    @Mixin
    private GatewaySettings settings = new GatewaySettings();

    @Option(names = "--jobs", defaultValue = "75000", description = "Of the backlog, with four records each.")
    private int jobs;

    @Option(names = "--rate", defaultValue = "1000", description = "Records a second while the lag is measured.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long the lag is measured.")
    private int seconds;

    @Option(names = "--stores", split = ",", defaultValue = "H2,POSTGRESQL")
    private List<StoreKind> stores;

    /** All that there are in the topics. */
    private long records;

    private Projection() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Projection()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = settings.start(run)) {
            Report text = new Report("gateway.Projection --jobs " + jobs + " --rate " + rate + " --seconds " + seconds);
            text.line("%s", settings);
            Backlog backlog = new Backlog(cluster);
            for (int i = 0; i < jobs; i++) {
                backlog.life("job-" + i, i, Instant.now());
            }
            records = backlog.complete();
            text.line("a request and three events for each of %d jobs: %d records", jobs, records);
            for (StoreKind store : stores) {
                store.run(cluster, settings, () -> measure(cluster, store, text));
            }
            return run.publish(text);
        }
    }

    private void measure(SimulatedCluster cluster, StoreKind store, Report text) throws Exception {
        text.line("");
        text.line("%s", store);
        Speed speed = speed(cluster);
        text.line(
                "  backlog: %d records in %.1f s = %.0f/s; the second half of them %.0f/s",
                speed.records, speed.seconds, speed.perSecond(), speed.laterPerSecond);
        text.demand(speed.perSecond() >= BAR_PER_SECOND, "at least %.0f records a second", BAR_PER_SECOND);
        LiveLag live = new LiveLag(cluster, store.name(), rate);
        live.measure(WARM_UP);
        Percentiles lag = live.measure(Duration.ofSeconds(seconds));
        text.line("  from producing a record to the listing that shows it, at %d/s: %s", rate, lag);
        text.demand(lag.at(99) < BAR_MILLIS, "p99 of the lag is below %.0f ms", BAR_MILLIS);
        // With what the gateway itself has told.
        GatewayMetrics.awaitProjected(cluster, records, LONGEST);
        records = GatewayMetrics.of(cluster).records();
    }

    /** From the first records that are counted to the last that is stored; without the start of the process. */
    private record Speed(long records, double seconds, double laterPerSecond) {
        double perSecond() {
            return records / seconds;
        }
    }

    private Speed speed(SimulatedCluster cluster) throws Exception {
        long first = -1;
        long firstTime = 0;
        long middle = -1;
        long middleTime = 0;
        long limit = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < limit) {
            GatewayMetrics now = GatewayMetrics.of(cluster);
            long time = System.nanoTime();
            if (now.records() >= records && now.lag() == 0) {
                return new Speed(
                        now.records() - first,
                        (time - firstTime) / 1e9,
                        (now.records() - middle) * 1e9 / (time - middleTime));
            }
            if (first < 0 && now.records() > 0) {
                first = now.records();
                firstTime = time;
            }
            if (middle < 0 && now.records() > records / 2) {
                middle = now.records();
                middleTime = time;
            }
            HttpLoad.sleepUntil(time + Duration.ofMillis(SAMPLE_MILLIS).toNanos());
        }
        throw new IllegalStateException(
                "The store has not all of " + records + " records: " + GatewayMetrics.of(cluster));
    }
}
