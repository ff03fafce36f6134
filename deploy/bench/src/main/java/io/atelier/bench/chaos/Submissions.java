package io.atelier.bench.chaos;

import io.atelier.bench.cluster.ClusterLog.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that a cluster has accepted, for the judgement in the end. Belongs to one thread. */
final class Submissions {
    private final List<Submission> accepted = new ArrayList<>();
    private final Map<Place, Submission> records = new HashMap<>();
    private final List<String> byHttp = new ArrayList<>();

    void add(Submission submission) {
        accepted.add(submission);
    }

    void addRecord(Place place, Submission submission) {
        records.put(place, submission);
    }

    void addHttp(Submission submission) {
        byHttp.add(submission.id());
    }

    List<Submission> all() {
        return accepted;
    }

    List<String> ids() {
        return accepted.stream()
                .filter(submission -> submission.kind().hasId())
                .map(Submission::id)
                .toList();
    }

    /** What was sent as a record of ours, by its place. */
    Map<Place, Submission> records() {
        return records;
    }

    /** Ids of what came in by the gateway. */
    List<String> byHttp() {
        return byHttp;
    }
}
