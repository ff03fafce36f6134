package io.atelier.bench.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.speed.Percentiles;
import io.atelier.bench.speed.ProcessSample;
import io.atelier.job.Generation;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Thousands of listeners to event streams of one gateway: what they cost it, and how long an event takes until the last of its
 * listeners has it. Each hears the snapshot, the start, {@link StandInWorker#STEPS} times progress and the end.
 */
@Command(name = "gateway.Listeners", mixinStandardHelpOptions = true)
public final class Listeners implements Callable<Integer> {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int WARM_UP_JOBS = 100;
    /** For the cluster's own connections and files. */
    private static final int SPARE_HANDLES = 500;

    private static final String SNAPSHOT = "0-queued";
    private static final String START = "1-processing";
    private static final String END = "1-succeeded";

    @Mixin
    private RunOptions run;

    @Mixin
    private GatewaySettings settings = new GatewaySettings();

    @Option(names = "--listeners", defaultValue = "2000")
    private int listeners;

    @Option(
            names = "--jobs",
            split = ",",
            defaultValue = "1,100,2000",
            description = "Jobs among which they are dealt out; one run after the other.")
    private List<Integer> jobs;

    @Option(names = "--events", defaultValue = "1000", description = "Events a second over all jobs, at most.")
    private double events;

    @Option(names = "--steps", defaultValue = "2", description = "Events a second of one job, at most.")
    private double steps;

    private Listeners() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Listeners()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        requireHandles();
        try (SimulatedCluster cluster = settings.start(run);
                StandInWorker worker = new StandInWorker(cluster.kafka())) {
            settings.startGateway(cluster);
            Report text = new Report("gateway.Listeners --listeners " + listeners + " --jobs "
                    + String.join(",", jobs.stream().map(Object::toString).toList()));
            text.line("%s", settings);
            text.line("before anybody listens: %s", sample(cluster));
            listen(cluster, worker, "warm-up", WARM_UP_JOBS, new Report("warm-up"));
            for (int count : jobs) {
                text.line("");
                listen(cluster, worker, "of-" + count, count, text);
            }
            text.line("");
            text.line("when nobody listens any more: %s", sample(cluster));
            text.demand(
                    GatewayMetrics.sum(cluster, "atelier_event_listeners") == 0,
                    "the gateway knows no listener any more");
            return run.publish(text);
        }
    }

    private void requireHandles() {
        long limit =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        if (limit < listeners + SPARE_HANDLES) {
            throw new IllegalStateException(listeners + " listeners need " + (listeners + SPARE_HANDLES)
                    + " open files here and in the gateway; the limit is " + limit + " (ulimit -n)");
        }
    }

    private static ProcessSample sample(SimulatedCluster cluster) throws Exception {
        return ProcessSample.take(cluster.gateway().pid());
    }

    private void listen(SimulatedCluster cluster, StandInWorker worker, String name, int count, Report text)
            throws Exception {
        Audience audience = new Audience(listeners, count);
        List<Generation> queued = IntStream.range(0, count)
                .mapToObj(job -> worker.request(name + "-job-" + job, null))
                .toList();
        worker.flush();
        GatewayMetrics.awaitProjected(cluster, queued.get(count - 1).id().value());
        List<String> paths = IntStream.range(0, listeners)
                .mapToObj(listener -> "/v1/generations/"
                        + queued.get(audience.jobOf(listener)).id().value() + "/events")
                .toList();
        try (SseClients clients = new SseClients(cluster.gatewayPort(), paths, audience::hears)) {
            long begin = System.nanoTime();
            clients.start();
            Patience.require("all have the snapshot", LONGEST_WAIT, () -> {
                clients.requireWell();
                return audience.allHeard(SNAPSHOT);
            });
            double connecting = (System.nanoTime() - begin) / 1e9;
            ProcessSample idle = sample(cluster);
            tell(worker, audience, queued, 0, StandInWorker.STEPS / 2);
            // A sample stops the gateway for a moment, which must not count as its own slowness.
            Patience.until(LONGEST_WAIT, () -> audience.allHeard(progress(StandInWorker.STEPS / 2)));
            ProcessSample busy = sample(cluster);
            tell(worker, audience, queued, StandInWorker.STEPS / 2, StandInWorker.STEPS);
            Patience.until(LONGEST_WAIT, () -> clients.ended() + clients.dropped() == listeners);
            clients.requireWell();

            text.line("%d listeners to %d jobs; all had the snapshot after %.1f s", listeners, count, connecting);
            text.line("  while they wait:             %s", idle);
            text.line("  after half of the progress:  %s", busy);
            text.line("  event sent until the last of its listeners has it:");
            text.line("    %s", Percentiles.ofNanos(audience.untilTheLast()));
            text.demand(
                    audience.missing() == 0 && audience.repeated() == 0 && audience.allHeard(END),
                    "events that a listener missed: %d, had twice: %d; all had the end",
                    audience.missing(),
                    audience.repeated());
            text.line("  overtaken by a newer event of their job, and told to nobody: %d", audience.overtaken());
            text.demand(
                    clients.dropped() == 0 && clients.ended() == listeners,
                    "connections dropped: %d, ended with their job: %d",
                    clients.dropped(),
                    clients.ended());
        }
    }

    /** Progress from one step to another, with the start before the first and the end after the last. */
    private void tell(StandInWorker worker, Audience audience, List<Generation> queued, int from, int to) {
        int count = queued.size();
        int first = from == 0 ? 0 : from + 1;
        int last = to == StandInWorker.STEPS ? to + 1 : to;
        Pace pace = new Pace(Math.min(events, steps * count));
        for (int event = first; event <= last; event++) {
            for (int job = 0; job < count; job++) {
                pace.await((event - first) * count + job);
                tell(worker, audience, queued.get(job), job, event);
            }
        }
        worker.flush();
    }

    private static String progress(int step) {
        return START + "-base-" + step;
    }

    private static void tell(StandInWorker worker, Audience audience, Generation queued, int job, int event) {
        if (event == 0) {
            audience.sends(job, START);
            worker.start(queued);
        } else if (event <= StandInWorker.STEPS) {
            audience.sends(job, progress(event));
            worker.progress(StandInWorker.started(queued), event);
        } else {
            audience.sends(job, END);
            worker.succeed(StandInWorker.started(queued));
        }
    }
}
