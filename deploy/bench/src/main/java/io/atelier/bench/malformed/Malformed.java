package io.atelier.bench.malformed;

import io.atelier.bench.cluster.ClusterLog;
import io.atelier.bench.cluster.ClusterLog.Letter;
import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.Patience;
import io.atelier.bench.cluster.Report;
import io.atelier.bench.cluster.RunOptions;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.GenerationStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Sends records that nobody can draw from, and good ones between them: each must be set aside byte for byte with a reason, the
 * good ones must be drawn, and no worker may die. Exit code 1 if something of it is not so.
 */
@Command(name = "malformed.Malformed", mixinStandardHelpOptions = true)
public final class Malformed implements Callable<Integer> {
    private static final int GOOD_EVERY = 50;
    private static final int TEN_MEGABYTES = 10 * 1024 * 1024;
    private static final int COMPLAINTS_SHOWN = 20;
    /** However many there are: what must not happen is that nothing happens. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    @Mixin
    private RunOptions run;

    @Option(names = "--records", defaultValue = "10000")
    private int count;

    @Option(names = "--workers", defaultValue = "3", description = "A process each.")
    private int workers;

    private final Map<Place, ProducerRecord<byte[], byte[]>> places = new HashMap<>();
    private final List<String> good = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    private Malformed() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** @return 0 if every record met the end that it should */
    public static int run(String... arguments) {
        return new CommandLine(new Malformed()).execute(arguments);
    }

    @Override
    public Integer call() throws Exception {
        Path folder = run.folder();
        try (SimulatedCluster cluster = SimulatedCluster.start(folder, Map.of())) {
            List<String> names =
                    IntStream.range(0, workers).mapToObj(i -> "worker-" + i).toList();
            for (String name : names) {
                cluster.startWorker(name, "--draw-ms", "5");
            }
            long start = System.nanoTime();
            submit(cluster);
            await(cluster);
            double seconds = (System.nanoTime() - start) / 1e9;
            judge(cluster.log());
            names.stream()
                    .filter(name -> !cluster.worker(name).isAlive())
                    .forEach(name -> complaints.add(name + " died"));
            return run.publish(describe(cluster.log(), seconds));
        }
    }

    private void submit(SimulatedCluster cluster) throws Exception {
        MalformedRecords malformed = new MalformedRecords(run.seed());
        Map<Future<RecordMetadata>, ProducerRecord<byte[], byte[]>> sent = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            ProducerRecord<byte[], byte[]> record =
                    i == count / 2 ? malformed.ofSize(i, TEN_MEGABYTES) : malformed.next(i);
            sent.put(cluster.producer().send(record), record);
            if (i % GOOD_EVERY == 0) {
                good.add("good-" + i);
                cluster.produce("good-" + i, "a red circle");
            }
        }
        for (Map.Entry<Future<RecordMetadata>, ProducerRecord<byte[], byte[]>> one : sent.entrySet()) {
            RecordMetadata stored = one.getKey().get();
            places.put(new Place(stored.topic(), stored.offset()), one.getValue());
        }
    }

    private void await(SimulatedCluster cluster) throws Exception {
        boolean goesOn = true;
        for (int done = 0;
                done < count && goesOn;
                done = cluster.log().letters().size()) {
            int before = done;
            goesOn = Patience.until(LONGEST_PAUSE, () -> cluster.log().letters().size() > before);
        }
        Patience.until(LONGEST_PAUSE, () -> cluster.log().haveEnded(good));
    }

    private void judge(ClusterLog log) {
        Map<Place, Letter> letters = log.letters();
        places.forEach((place, record) -> judge(log, place, record, letters.get(place)));
        letters.keySet().stream()
                .filter(place -> !places.containsKey(place))
                .forEach(place -> complaints.add("The record at " + place + " was good and is set aside"));
        good.forEach(id -> judgeEnd(log, id, GenerationStatus.SUCCEEDED));
    }

    private void judge(ClusterLog log, Place place, ProducerRecord<byte[], byte[]> record, Letter letter) {
        if (letter == null) {
            complaints.add("The record at " + place + " is not set aside");
            return;
        }
        if (!Arrays.equals(letter.value(), record.value())) {
            complaints.add("The record at " + place + " is set aside with another content");
        }
        if (letter.reasonCode().isBlank() || letter.reason().isBlank()) {
            complaints.add("The record at " + place + " is set aside without a reason");
        }
        if (record.key() != null) {
            judgeEnd(log, new String(record.key(), StandardCharsets.UTF_8), GenerationStatus.FAILED);
        }
    }

    private void judgeEnd(ClusterLog log, String id, GenerationStatus status) {
        List<GenerationStatus> ends = log.ends(id).stream().map(Told::status).toList();
        if (!ends.equals(List.of(status))) {
            complaints.add(id + " ended as " + ends + ", not as " + status);
        }
    }

    private Report describe(ClusterLog log, double seconds) {
        Map<String, Long> reasons = log.letters().values().stream()
                .collect(Collectors.groupingBy(Letter::reasonCode, TreeMap::new, Collectors.counting()));
        Report text = new Report(
                "malformed.Malformed --seed " + run.seed() + " --records " + count + " --workers " + workers);
        text.line("%d malformed records and %d good ones in %.1f s", count, good.size(), seconds);
        text.line(
                "%.0f records/s; a worker spends %.1f ms on one",
                (count + good.size()) / seconds, 1000 * workers * seconds / (count + good.size()));
        text.line("set aside, by reason: %s", reasons);
        text.demand(complaints.isEmpty(), "%d complaints", complaints.size());
        complaints.stream().limit(COMPLAINTS_SHOWN).forEach(one -> text.line("  %s", one));
        return text;
    }
}
