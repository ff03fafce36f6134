package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.speed.Percentiles;
import io.atelier.job.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How many requests a second the gateway takes, beside a producer that sends the same records without a gateway, and a server
 * that does nothing but hand requests on.
 */
@Command(name = "gateway.Submit", mixinStandardHelpOptions = true)
public final class Submit implements Callable<Integer> {
    private static final double BAR_SHARE = 0.5;
    private static final double BAR_MILLIS = 50;
    private static final int REPEATED = 20_000;
    private static final Duration DRAIN = Duration.ofMinutes(3);

    @Mixin
    private RunOptions run;

    @Mixin
    private GatewaySettings settings = new GatewaySettings();

    @Option(names = "--connections", defaultValue = "64", description = "Also the threads of the producer beside it.")
    private int connections;

    @Option(names = "--rounds", defaultValue = "3", description = "Of each, in turns, after one to warm up.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "Of a round.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "100", description = "Seconds of calls before the first round.")
    private int warmUp;

    private final List<Double> ours = new ArrayList<>();
    private final List<Double> plain = new ArrayList<>();
    private final List<Double> waiting = new ArrayList<>();
    private final List<Double> streaming = new ArrayList<>();

    private Submit() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Submit()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = settings.start(run)) {
            settings.startGateway(cluster);
            HttpLoad load = new HttpLoad(cluster.gatewayPort(), connections, 202);
            Report text = new Report("gateway.Submit --connections " + connections + " --rounds " + rounds
                    + " --seconds " + seconds + " --warm-up " + warmUp);
            text.line("POST /v1/generations over %d connections, H2 file; %s", connections, settings);
            load.perSecond(Duration.ofSeconds(warmUp), Submit::request);
            drain(cluster);
            try (RawProducer raw = RawProducer.of(
                            cluster.kafka(), SimulatedCluster.TOPICS.requests(Priority.NORMAL), REPEATED);
                    PlainDoor door = new PlainDoor(cluster.kafka())) {
                HttpLoad least = new HttpLoad(door.port(), connections, 202);
                least.perSecond(Duration.ofSeconds(warmUp / 10), Submit::request);
                round(cluster, load, least, raw, new Report(""));
                clear();
                for (int i = 0; i < rounds; i++) {
                    round(cluster, load, least, raw, text);
                }
            }
            double rate = median(ours) / 2;
            Percentiles latencies = load.latencies(rate, Duration.ofSeconds(2L * seconds), Submit::request);
            text.line("");
            text.line("medians: gateway %.0f/s", median(ours));
            text.line("  server that only sends: %.0f/s, ours %.2f of it", median(plain), median(ours) / median(plain));
            text.line(
                    "  producer, %d threads that wait: %.0f/s, ours %.2f of it",
                    connections, median(waiting), median(ours) / median(waiting));
            text.line(
                    "  producer, one thread that does not wait: %.0f/s, ours %.3f of it",
                    median(streaming), median(ours) / median(streaming));
            text.line("from when a call is due to its answer, at %.0f/s: %s", rate, latencies);
            text.demand(
                    median(ours) >= BAR_SHARE * median(waiting),
                    "at least %.1f of the producer whose threads wait for their acknowledgements, as connections do",
                    BAR_SHARE);
            text.demand(latencies.at(99) <= BAR_MILLIS, "p99 at half the throughput is at most %.0f ms", BAR_MILLIS);
            return run.publish(text);
        }
    }

    private static byte[] request(long number) {
        return HttpConnection.post("/v1/generations", JobSamples.body("A-" + number, number));
    }

    private void round(SimulatedCluster cluster, HttpLoad load, HttpLoad least, RawProducer raw, Report text)
            throws Exception {
        Duration time = Duration.ofSeconds(seconds);
        ours.add(load.perSecond(time, Submit::request));
        long behind = GatewayMetrics.of(cluster).lag();
        long end = System.nanoTime();
        drain(cluster);
        double drained = (System.nanoTime() - end) / 1e9;
        plain.add(least.perSecond(time, Submit::request));
        waiting.add(raw.waiting(connections, time));
        streaming.add(raw.streaming(time));
        text.line(
                "  gateway %.0f/s, server that only sends %.0f/s, producer %.0f/s (threads that wait), %.0f/s (one that"
                        + " does not); the projection was %d records behind and had them after %.1f s",
                last(ours), last(plain), last(waiting), last(streaming), behind, drained);
    }

    private void clear() {
        ours.clear();
        plain.clear();
        waiting.clear();
        streaming.clear();
    }

    /** So that what the projection has still to do does not slow down the producer. */
    private static void drain(SimulatedCluster cluster) throws Exception {
        GatewayMetrics.awaitProjected(cluster, 0, DRAIN);
    }

    private static double last(List<Double> values) {
        return values.get(values.size() - 1);
    }

    /** Of an even number the mean of the two in the middle. */
    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
