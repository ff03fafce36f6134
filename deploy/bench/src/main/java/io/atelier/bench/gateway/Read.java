package io.atelier.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.SimulatedArtist;
import io.atelier.bench.speed.Percentiles;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long it takes to look at generations when the store has many. */
@Command(name = "gateway.Read", mixinStandardHelpOptions = true)
public final class Read implements Callable<Integer> {
    private static final double BAR_GET_MILLIS = 10;
    private static final double BAR_LIST_MILLIS = 50;
    private static final Duration LONGEST_FILL = Duration.ofMinutes(15);
    private static final Duration AGE = Duration.ofDays(20);
    private static final String LIST = "/v1/generations";
    private static final String RARE_MODEL = "rare";
    private static final int CURSORS = 50;
    private static final int CONNECTIONS = 16;

    @Mixin
    private RunOptions run;

    @Mixin
    private GatewaySettings settings = new GatewaySettings();

    @Option(names = "--jobs", defaultValue = "1000000")
    private int jobs;

    @Option(names = "--get-rate", defaultValue = "200", description = "Calls a second for one generation.")
    private int getRate;

    @Option(names = "--list-rate", defaultValue = "50", description = "Calls a second for a listing.")
    private int listRate;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each kind of call.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "40", description = "Seconds of calls of both kinds before the first.")
    private int warmUp;

    @Option(names = "--store", defaultValue = "H2")
    private StoreKind store;

    private SplittableRandom random;
    private Instant newest;

    private Read() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Read()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        random = new SplittableRandom(run.seed());
        newest = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        try (SimulatedCluster cluster = settings.start(run)) {
            Report text = new Report(
                    "gateway.Read --store " + store + " --jobs " + jobs + " --get-rate " + getRate + " --list-rate "
                            + listRate + " --seconds " + seconds + " --warm-up " + warmUp + " --seed " + run.seed());
            text.line("%s; %s", store, settings);
            Backlog backlog = new Backlog(cluster);
            for (int i = 0; i < jobs; i++) {
                backlog.event(sample(i));
            }
            backlog.complete();
            store.run(cluster, settings, () -> measure(cluster, text));
            return run.publish(text);
        }
    }

    /** Job 0 is the newest. Most have succeeded; one in a hundred waits, and one in a thousand is of a rare model. */
    private Generation sample(int number) {
        Generation queued = Generation.queued(JobSamples.request(id(number), number), createdAt(number));
        if (number % 1000 == 7) {
            queued = queued.toBuilder().model(RARE_MODEL).build();
        }
        int kind = number % 100;
        if (kind == 0) {
            return queued;
        }
        return JobSamples.ended(
                queued,
                kind < 5
                        ? GenerationStatus.FAILED
                        : kind < 10 ? GenerationStatus.CANCELED : GenerationStatus.SUCCEEDED);
    }

    private static String id(long number) {
        return "job-" + number;
    }

    private Instant createdAt(long number) {
        return newest.minusMillis(AGE.toMillis() / jobs * number);
    }

    private void measure(SimulatedCluster cluster, Report text) throws Exception {
        long start = System.nanoTime();
        GatewayMetrics.awaitProjected(cluster, jobs, LONGEST_FILL);
        text.line(
                "%d jobs, one event each, projected by the gateway in %.0f s", jobs, (System.nanoTime() - start) / 1e9);
        HttpLoad load = new HttpLoad(cluster.gatewayPort(), CONNECTIONS, 200);
        LongFunction<byte[]> get = i -> HttpConnection.get(LIST + "/" + id(pick()));
        load.perSecond(Duration.ofSeconds(warmUp / 2), get);
        load.perSecond(Duration.ofSeconds(warmUp / 2), i -> HttpConnection.get(LIST + "?limit=" + (1 + i % 100)));
        Percentiles got = load.latencies(getRate, Duration.ofSeconds(seconds), get);
        text.line("");
        text.line("GET of any generation, %d a second: %s", getRate, got);
        text.demand(got.at(99) <= BAR_GET_MILLIS, "p99 is at most %.0f ms", BAR_GET_MILLIS);
        text.line("");
        text.line("listings of 20, each %d a second", listRate);
        List<String> cursors = cursors(cluster);
        double worst = 0;
        worst = Math.max(worst, list(load, text, "first page", i -> ""));
        worst = Math.max(worst, list(load, text, "page of 100", i -> "?limit=100"));
        worst = Math.max(
                worst, list(load, text, "deep page by cursor", i -> "?cursor=" + cursors.get((int) (i % CURSORS))));
        worst = Math.max(worst, list(load, text, "before a time", i -> "?created_before=" + createdAt(pick())));
        worst = Math.max(worst, list(load, text, "status failed", i -> "?status=failed"));
        worst = Math.max(
                worst,
                list(
                        load,
                        text,
                        "status failed, deep",
                        i -> "?status=failed&cursor=" + cursors.get((int) (i % CURSORS))));
        worst = Math.max(worst, list(load, text, "model of most", i -> "?model=" + SimulatedArtist.MODEL));
        worst = Math.max(worst, list(load, text, "model of few", i -> "?model=" + RARE_MODEL));
        worst = Math.max(worst, list(load, text, "model of few, status", i -> "?status=succeeded&model=" + RARE_MODEL));
        worst = Math.max(
                worst, list(load, text, "model of few, status of none", i -> "?status=expired&model=" + RARE_MODEL));
        worst = Math.max(
                worst,
                list(load, text, "one entry of metadata", i -> "?metadata." + JobSamples.ORDER + "=" + id(pick())));
        text.demand(worst <= BAR_LIST_MILLIS, "p99 of each listing is at most %.0f ms", BAR_LIST_MILLIS);
    }

    private synchronized int pick() {
        return random.nextInt(jobs);
    }

    private double list(HttpLoad load, Report text, String name, LongFunction<String> query) throws Exception {
        LongFunction<byte[]> calls = i -> HttpConnection.get(LIST + query.apply(i));
        load.latencies(listRate, Duration.ofSeconds(1), calls);
        Percentiles times = load.latencies(listRate, Duration.ofSeconds(seconds), calls);
        text.line("  %-30s %s", name, times);
        return times.at(99);
    }

    /** Of pages all over the store. */
    private List<String> cursors(SimulatedCluster cluster) throws Exception {
        List<String> cursors = new ArrayList<>();
        for (int i = 0; i < CURSORS; i++) {
            int number = random.nextInt(jobs / 2);
            JsonNode page = Json.mapper()
                    .readTree(cluster.get(LIST + "?limit=1&created_before=" + createdAt(number))
                            .body());
            cursors.add(URLEncoder.encode(page.path("next_cursor").asText(), StandardCharsets.UTF_8));
        }
        return cursors;
    }
}
