package io.atelier.bench.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.bench.chaos.Submission.Kind;
import io.atelier.bench.cluster.ClusterLog;
import io.atelier.bench.cluster.ClusterLog.Letter;
import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.error.ErrorCode;
import io.atelier.job.GenerationStatus;
import io.atelier.message.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says at the end what a cluster that keeps its promises would not have left behind. */
final class Oracle {
    private final SimulatedCluster cluster;
    private final Submissions submissions;
    private final ClusterLog log;
    private final Path bucket;
    private final List<String> complaints = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    Oracle(SimulatedCluster cluster, Submissions submissions) {
        this.cluster = cluster;
        this.submissions = submissions;
        this.log = cluster.log();
        this.bucket = cluster.objects().resolve("generations");
    }

    /** What it saw, by its kind. */
    Map<String, Integer> counts() {
        return counts;
    }

    /** @return what is wrong, a sentence each */
    List<String> judge() throws Exception {
        for (Submission submission : submissions.all()) {
            if (submission.kind().hasId()) {
                judgeEnd(submission);
            }
        }
        judgeBucket();
        judgeLetters();
        judgeGateway();
        long unfinished = cluster.unfinishedRecords();
        if (unfinished != 0) {
            complaints.add(unfinished + " records are not acknowledged");
        }
        return complaints;
    }

    private void judgeEnd(Submission submission) throws IOException {
        String id = submission.id();
        List<Told> ends = log.ends(id);
        Set<String> distinct = ends.stream().map(Told::eventId).collect(Collectors.toSet());
        if (distinct.size() != 1) {
            complaints.add(id + " (" + submission.kind() + ") has " + distinct.size() + " ends: " + distinct);
            return;
        }
        Told end = ends.get(0);
        count(submission.kind() + " " + end.status().wireName());
        if (ends.size() > 1) {
            count("ends told again");
        }
        if (end.attempt() > 1) {
            count("ends after more than one attempt");
        }
        boolean wornOut = end.failure() == ErrorCode.ATTEMPTS_EXHAUSTED;
        if (wornOut) {
            count("worn out by kills");
        }
        if (!submission.kind().mayEnd(end.status()) && !wornOut) {
            complaints.add(id + " (" + submission.kind() + ") ended as " + end.status() + " " + end.failure());
        }
        judgeObjects(id, end);
    }

    private void judgeObjects(String id, Told end) throws IOException {
        Path manifest = bucket.resolve(id).resolve("manifest.json");
        if (!Files.exists(manifest)) {
            complaints.add(id + " ended as " + end.status() + " without a manifest");
            return;
        }
        JsonNode committed = Json.mapper().readTree(Files.readAllBytes(manifest));
        if (!committed.path("status").asText().equals(end.status().wireName())) {
            complaints.add(id + " told " + end.status() + ", its manifest says " + committed.path("status"));
        }
        for (JsonNode output : committed.path("output")) {
            Path picture = bucket.resolve(output.path("key").asText());
            if (!Files.exists(picture)) {
                complaints.add(id + " lacks " + output.path("key"));
            } else if (!sha256(Files.readAllBytes(picture))
                    .equals(output.path("sha256").asText())) {
                complaints.add(id + " has another picture than its manifest says");
            }
        }
        if (end.status() == GenerationStatus.SUCCEEDED
                && committed.path("output").isEmpty()) {
            complaints.add(id + " succeeded without a picture");
        }
    }

    private void judgeBucket() throws IOException {
        Set<String> ids = submissions.all().stream().map(Submission::id).collect(Collectors.toSet());
        try (Stream<Path> folders = Files.list(bucket)) {
            folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !ids.contains(name))
                    .filter(name -> !name.startsWith("."))
                    .forEach(name -> complaints.add("The bucket holds " + name + ", which nobody asked for"));
        }
    }

    private void judgeLetters() {
        Map<Place, Letter> letters = log.letters();
        Map<String, Long> conflicts = letters.values().stream()
                .filter(letter -> letter.reasonCode().equals("conflict"))
                .map(letter -> idIn(letter.value()))
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
        submissions.records().forEach((place, submission) -> {
            Letter letter = letters.get(place);
            boolean must = submission.kind() == Kind.POISON || submission.kind() == Kind.WRONG;
            if (must && letter == null) {
                complaints.add(submission.kind() + " at " + place + " is not among the dead letters");
            } else if (letter != null
                    && !Arrays.equals(letter.value(), submission.body().getBytes(UTF_8))) {
                complaints.add("The dead letter of " + place + " has another content");
            }
        });
        for (Submission submission : submissions.all()) {
            boolean succeeded =
                    log.ends(submission.id()).stream().anyMatch(told -> told.status() == GenerationStatus.SUCCEEDED);
            if (submission.kind() == Kind.CONFLICT && succeeded && conflicts.getOrDefault(submission.id(), 0L) != 1) {
                complaints.add(submission.id() + " has " + conflicts.get(submission.id()) + " conflicts, not one");
            }
        }
        count("dead letters", letters.size());
    }

    private static String idIn(byte[] value) {
        try {
            return Json.mapper().readTree(value).path("id").asText();
        } catch (IOException e) {
            return "";
        }
    }

    /** What the gateway knows of generations that came to an end by its door. */
    private void judgeGateway() throws Exception {
        for (String id : submissions.byHttp()) {
            JsonNode known =
                    Json.mapper().readTree(cluster.get("/v1/generations/" + id).body());
            boolean agrees = log.ends(id).stream()
                    .anyMatch(told ->
                            told.status().wireName().equals(known.path("status").asText()));
            if (!agrees) {
                complaints.add("The gateway says that " + id + " is " + known.path("status"));
            }
        }
    }

    private void count(String what) {
        count(what, 1);
    }

    private void count(String what, int by) {
        counts.merge(what, by, Integer::sum);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
