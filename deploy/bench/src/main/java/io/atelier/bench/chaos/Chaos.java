package io.atelier.bench.chaos;

import io.atelier.bench.chaos.Submission.Kind;
import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.local.cluster.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Submits jobs of all kinds to a cluster whose workers, gateway and broker are killed at random, and judges what is left in the
 * end. Exit code 1 if a promise was broken.
 */
@Command(name = "Chaos", mixinStandardHelpOptions = true)
public final class Chaos implements Callable<Integer> {
    private static final int COMPLAINTS_SHOWN = 20;
    private static final String[] OPTIONS = {"--count", "2"};

    @Mixin
    private RunOptions run;

    @Option(names = "--seconds", defaultValue = "300", description = "How long jobs come and processes are killed.")
    private int seconds;

    @Option(names = "--jobs", defaultValue = "2000")
    private int jobs;

    @Option(names = "--kills", defaultValue = "110", description = "Blows, most of which are kills.")
    private int kills;

    @Option(names = "--processes", defaultValue = "3", description = "Processes with two workers each.")
    private int processes;

    @Option(names = "--draw-ms", defaultValue = "150", description = "How long a picture takes on average.")
    private int drawMillis;

    @Option(names = "--patience-seconds", defaultValue = "240", description = "For what is left to do in the end.")
    private int patienceSeconds;

    @Option(names = "--home", defaultValue = ".", description = "Folder of the project, with the built gateway.")
    private Path home;

    private Chaos() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** @return 0 if every promise was kept */
    public static int run(String... arguments) {
        return new CommandLine(new Chaos()).execute(arguments);
    }

    @Override
    public Integer call() throws Exception {
        Path folder = run.folder();
        Instant begin = Instant.now();
        try (SimulatedCluster cluster = SimulatedCluster.start(folder, Map.of("ATELIER_CONSUME_LOCK", "3s"))) {
            cluster.startGateway(home);
            List<String> workers =
                    IntStream.range(0, processes).mapToObj(i -> "worker-" + i).toList();
            for (String worker : workers) {
                cluster.startWorker(worker, OPTIONS);
            }
            long nanos = Duration.ofSeconds(seconds).toNanos();
            Load load = new Load(cluster, run.seed(), drawMillis);
            Mayhem mayhem = new Mayhem(cluster, home, workers, OPTIONS, kills, nanos, run.seed() + 1);
            Thread blows = new Thread(mayhem, "mayhem");
            blows.start();
            load.run(jobs, nanos);
            blows.join();
            revive(cluster, workers);
            boolean quiet = awaitQuiet(cluster, load);

            Oracle oracle = new Oracle(cluster, load.submissions());
            List<String> complaints = oracle.judge();
            return run.publish(describe(begin, cluster, load.submissions(), mayhem, oracle, complaints, quiet));
        }
    }

    private static void revive(SimulatedCluster cluster, List<String> workers) throws Exception {
        for (String worker : workers) {
            ChildProcess process = cluster.worker(worker);
            if (!process.isAlive()) {
                process = cluster.launchWorker(worker, OPTIONS);
            }
            SimulatedCluster.awaitReady(process);
        }
    }

    /** @return false if something was still missing when the time was over */
    private boolean awaitQuiet(SimulatedCluster cluster, Load load) throws Exception {
        List<String> ids = load.submissions().ids();
        return Patience.until(
                Duration.ofSeconds(patienceSeconds),
                () -> cluster.log().haveEnded(ids) && cluster.unfinishedRecords() == 0);
    }

    private Report describe(
            Instant begin,
            SimulatedCluster cluster,
            Submissions submissions,
            Mayhem mayhem,
            Oracle oracle,
            List<String> complaints,
            boolean quiet) {
        Map<Kind, Long> kinds = submissions.all().stream()
                .collect(Collectors.groupingBy(Submission::kind, TreeMap::new, Collectors.counting()));
        List<DrawLog.Entry> started = cluster.draws().stream()
                .filter(draw -> draw.kind() == DrawLog.Kind.STARTED)
                .toList();
        Report text = new Report("chaos.Chaos --seed " + run.seed() + " --seconds " + seconds + " --jobs " + jobs
                + " --kills " + kills + " --processes " + processes + " --draw-ms " + drawMillis);
        text.line("took %d s", Duration.between(begin, Instant.now()).toSeconds());
        text.line(
                "submitted: %d %s, %d of them by HTTP",
                submissions.all().size(), kinds, submissions.byHttp().size());
        text.line("done to the cluster: %s", mayhem.done());
        text.line(
                "draws started: %d of %d ids",
                started.size(),
                started.stream().map(DrawLog.Entry::id).distinct().count());
        oracle.counts().forEach((what, count) -> text.line("  %s: %d", what, count));
        text.demand(quiet, "all has ended and is acknowledged within %d s of the last blow", patienceSeconds);
        text.demand(complaints.isEmpty(), "%d promises broken", complaints.size());
        complaints.stream().limit(COMPLAINTS_SHOWN).forEach(one -> text.line("  %s", one));
        return text;
    }
}
