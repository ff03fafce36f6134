package io.atelier.bench.chaos;

import io.atelier.bench.chaos.Submission.Kind;
import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.CarelessWorker;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.job.Priority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Shows that the oracle of {@link Chaos} sees what is lost. The workers are such that acknowledge a record before its picture is
 * stored, and each kill waits until its worker has done the one and not yet the other, so that every kill loses a job. Exit
 * code 0 if the oracle complains of the lost jobs and of nothing else.
 */
@Command(name = "chaos.OracleProof", mixinStandardHelpOptions = true)
public final class OracleProof implements Callable<Integer> {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final List<String> WORKERS = List.of("worker-0", "worker-1");

    @Mixin
    private RunOptions run;

    @Option(names = "--jobs-each", defaultValue = "5", description = "Jobs before each kill and after the last one.")
    private int jobsEach;

    @Option(names = "--kills", defaultValue = "3")
    private int kills;

    @Option(names = "--draw-ms", defaultValue = "600", description = "How long a picture takes on average.")
    private int drawMillis;

    private final Submissions submissions = new Submissions();
    private final Set<String> lost = new TreeSet<>();
    /** Drawn just before their worker was killed, so that they may be stored and told of, or not. */
    private final Set<String> open = new TreeSet<>();

    private OracleProof() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** @return 0 if the oracle saw all that was lost, and nothing else */
    public static int run(String... arguments) {
        return new CommandLine(new OracleProof()).execute(arguments);
    }

    @Override
    public Integer call() throws Exception {
        Path folder = run.folder();
        try (SimulatedCluster cluster = SimulatedCluster.start(folder, Map.of())) {
            for (String worker : WORKERS) {
                launch(cluster, worker);
            }
            Random random = new Random(run.seed());
            while (lost.size() < kills) {
                submit(cluster, random);
                killCareless(cluster);
            }
            submit(cluster, random);
            awaitRest(cluster);
            return run.publish(judge(cluster));
        }
    }

    private static void launch(SimulatedCluster cluster, String worker) throws Exception {
        SimulatedCluster.awaitReady(cluster.launch(CarelessWorker.class, worker));
    }

    private void submit(SimulatedCluster cluster, Random random) {
        for (int i = 0; i < jobsEach; i++) {
            String id = "job-" + submissions.all().size();
            int millis = drawMillis / 2 + random.nextInt(drawMillis);
            Submission job = new Submission(Kind.PLAIN, id, "takes " + millis + " ms");
            Place place = cluster.produce(Priority.NORMAL, null, job.body().getBytes(StandardCharsets.UTF_8));
            submissions.add(job);
            submissions.addRecord(place, job);
        }
    }

    /** A device begins after the acknowledgement and ends before the upload: a job in between is lost with its worker. */
    private void killCareless(SimulatedCluster cluster) throws Exception {
        String worker = awaitCareless(cluster);
        cluster.worker(worker).kill();
        // The device may have ended just before the kill; what its log says now is true for good.
        if (!lost.addAll(of(worker, unfinished(cluster)))) {
            open.add(lastDrawn(cluster, worker));
        }
        launch(cluster, worker);
    }

    /** @return a worker that has acknowledged a job and was drawing it a moment ago */
    private String awaitCareless(SimulatedCluster cluster) throws Exception {
        List<String> workers = new ArrayList<>();
        Patience.require(
                "a worker that has acknowledged and not stored",
                LONGEST_WAIT,
                () -> workers.addAll(unfinished(cluster).values()));
        return workers.get(0);
    }

    /** Jobs that a device has begun and not ended, with their workers, but for those that are lost already. */
    private Map<String, String> unfinished(SimulatedCluster cluster) {
        List<DrawLog.Entry> draws = cluster.draws();
        Set<String> ended = draws.stream()
                .filter(draw -> draw.kind() != DrawLog.Kind.STARTED)
                .map(DrawLog.Entry::id)
                .collect(Collectors.toCollection(HashSet::new));
        ended.addAll(lost);
        return draws.stream()
                .filter(draw -> !ended.contains(draw.id()))
                .collect(Collectors.toMap(DrawLog.Entry::id, DrawLog.Entry::worker));
    }

    private static List<String> of(String worker, Map<String, String> jobs) {
        return jobs.keySet().stream().filter(id -> jobs.get(id).equals(worker)).toList();
    }

    private static String lastDrawn(SimulatedCluster cluster, String worker) {
        List<String> drawn = cluster.draws().stream()
                .filter(draw -> draw.worker().equals(worker))
                .map(DrawLog.Entry::id)
                .toList();
        return drawn.get(drawn.size() - 1);
    }

    private void awaitRest(SimulatedCluster cluster) throws Exception {
        List<String> others = submissions.ids().stream()
                .filter(id -> !lost.contains(id) && !open.contains(id))
                .toList();
        Patience.until(LONGEST_WAIT, () -> cluster.log().haveEnded(others) && cluster.unfinishedRecords() == 0);
    }

    private Report judge(SimulatedCluster cluster) throws Exception {
        List<String> complaints = new Oracle(cluster, submissions).judge();
        Set<String> expected = lost.stream()
                .map(id -> id + " (" + Kind.PLAIN + ") has 0 ends: []")
                .collect(Collectors.toSet());
        Report text = new Report("chaos.OracleProof --seed " + run.seed() + " --jobs-each " + jobsEach + " --kills "
                + kills + " --draw-ms " + drawMillis);
        text.line("killed between acknowledgement and upload: %s", lost);
        text.line("the oracle complains:");
        complaints.forEach(one -> text.line("  %s", one));
        // Whatever was drawn to its end is stored and told, but for what a kill came upon at that moment.
        Set<String> drawn = cluster.draws().stream()
                .filter(draw -> draw.kind() == DrawLog.Kind.FINISHED)
                .map(DrawLog.Entry::id)
                .filter(id -> !open.contains(id))
                .collect(Collectors.toSet());
        boolean ofNothingElse =
                complaints.stream().map(complaint -> complaint.split(" ")[0]).noneMatch(drawn::contains);
        return text.demand(
                lost.size() >= kills && complaints.containsAll(expected) && ofNothingElse,
                "of each lost job, and of nothing else");
    }
}
