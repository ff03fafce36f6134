package io.atelier.bench.gateway;

import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.speed.Percentiles;
import io.atelier.job.Generation;
import io.atelier.local.cluster.FreePorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How soon a receiver is told of an end: from before the terminal event is sent to the broker until the request is there. First
 * alone, then beside receivers that are dead and to whom thousands of messages are to be delivered.
 */
@Command(name = "gateway.WebhookLatency", mixinStandardHelpOptions = true)
public final class WebhookLatency implements Callable<Integer> {
    private static final double BAR_MILLIS = 100;
    private static final double BAR_RATIO = 1.2;
    private static final int WARM_UP_SECONDS = 40;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    @Mixin
    private RunOptions run;

    @Mixin
    private GatewaySettings settings = new GatewaySettings();

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Terminal events a second for the receiver that is well.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "30", description = "Of each of the two parts.")
    private int seconds;

    @Option(
            names = "--backlog",
            defaultValue = "10000",
            description = "Messages for each of two dead receivers: one refuses connections, one hangs.")
    private int backlog;

    @Option(
            names = "--dead-rate",
            defaultValue = "20",
            description = "Terminal events a second that go on coming for each dead receiver.")
    private int deadRate;

    private StandInWorker worker;
    private HookReceiver receiver;
    private List<String> dead;

    private WebhookLatency() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new WebhookLatency()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (SimulatedCluster cluster = settings.start(run);
                StandInWorker writer = new StandInWorker(cluster.kafka());
                HookReceiver well = new HookReceiver();
                HangingReceiver hanging = new HangingReceiver()) {
            worker = writer;
            receiver = well;
            dead = List.of("http://127.0.0.1:" + new FreePorts().any() + "/hook", hanging.url());
            settings.startGateway(cluster, hooks());
            phase(cluster, "warm-up", WARM_UP_SECONDS, 0);
            Percentiles alone = phase(cluster, "alone", seconds, 0);
            fill(cluster);
            Percentiles beside = phase(cluster, "beside", seconds, deadRate);
            double waiting = GatewayMetrics.sum(cluster, "atelier_webhooks_backlog");
            Report text = new Report("gateway.WebhookLatency --rate " + rate + " --seconds " + seconds + " --backlog "
                    + backlog + " --dead-rate " + deadRate);
            text.line("%s", settings);
            text.line("terminal event sent to the broker until the webhook request is there, %d a second,", rate);
            text.line("each generation with a request and a started event before; signatures verified");
            text.line("  alone:                    %s", alone);
            text.line("  beside two dead receivers: %s", beside);
            text.line(
                    "  %.0f messages waited for the dead ones in the end, %d more came each second for each of them",
                    waiting, deadRate);
            text.line("  the one that hangs was called %d times", hanging.connections());
            text.line("  repeated messages: %d", well.repeated());
            text.demand(well.wrong() == 0, "signatures that were wrong: %d", well.wrong());
            text.demand(waiting >= 2 * backlog, "at least %d messages for dead receivers waited", 2 * backlog);
            text.demand(alone.at(99) <= BAR_MILLIS, "p99 is at most %.0f ms", BAR_MILLIS);
            double ratio = beside.at(99) / alone.at(99);
            text.demand(ratio <= BAR_RATIO, "p99 beside the dead ones over that alone: %.2f, at most 1.2", ratio);
            return run.publish(text);
        }
    }

    private static Map<String, String> hooks() {
        return Map.of(
                "ATELIER_WEBHOOKS_HTTP",
                "true",
                "ATELIER_WEBHOOKS_ALLOW",
                "127.0.0.0/8",
                "ATELIER_WEBHOOKS_PORTS",
                "1-65535",
                "ATELIER_WEBHOOKS_SECRETS_DEFAULT",
                HookReceiver.secret());
    }

    /** @return how long each message of the receiver that is well took */
    private Percentiles phase(SimulatedCluster cluster, String name, int length, int rateOfDead) throws Exception {
        int count = rate * length;
        List<Generation> queued = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queued.add(worker.request(name + '-' + i, receiver.url()));
        }
        List<Generation> doomed = new ArrayList<>();
        for (int i = 0; i < rateOfDead * length * dead.size(); i++) {
            doomed.add(worker.request(name + "-dead-" + i, dead.get(i % dead.size())));
        }
        worker.flush();
        GatewayMetrics.awaitProjected(cluster, name + '-' + (count - 1));
        List<Long> sent = tell(queued, doomed);
        Patience.require(
                "all are told of",
                LONGEST_WAIT,
                () -> queued.stream()
                        .allMatch(
                                one -> receiver.arrivals().containsKey(one.id().value())));
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            took.add(receiver.arrivals().get(queued.get(i).id().value()) - sent.get(i));
        }
        return Percentiles.ofNanos(took);
    }

    /** Starts each a second before it ends. @return when each was told to have ended */
    private List<Long> tell(List<Generation> queued, List<Generation> doomed) {
        List<Long> sent = new ArrayList<>();
        List<Generation> started = new ArrayList<>();
        int told = 0;
        Pace pace = new Pace(rate);
        for (int i = 0; i < queued.size() + rate; i++) {
            pace.await(i);
            if (i < queued.size()) {
                started.add(worker.start(queued.get(i)));
            }
            if (i >= rate) {
                sent.add(System.nanoTime());
                worker.succeed(started.get(i - rate));
                for (; told < doomed.size() * (long) sent.size() / queued.size(); told++) {
                    worker.succeed(worker.start(doomed.get(told)));
                }
            }
        }
        worker.flush();
        return sent;
    }

    private void fill(SimulatedCluster cluster) throws Exception {
        for (int i = 0; i < backlog * dead.size(); i++) {
            worker.succeed(worker.start(worker.request("backlog-" + i, dead.get(i % dead.size()))));
        }
        worker.flush();
        GatewayMetrics.awaitProjected(cluster, "backlog-" + (backlog * dead.size() - 1));
        Patience.require(
                "the backlog is there",
                LONGEST_WAIT,
                () -> GatewayMetrics.sum(cluster, "atelier_webhooks_backlog") >= backlog * dead.size());
    }
}
