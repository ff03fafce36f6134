package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.canceled;
import static io.atelier.gateway.jobs.Samples.expired;
import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.progressed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What the topics could tell of a generation.
 *
 * @param ends the states of which one is the last, whatever else arrives: more than one only if workers were not of one mind
 */
record Story(List<Change> changes, List<Generation> ends) {

    /** Up to three tries, a failure that is sent again or not, and one of the ends or none. */
    static Story any(String id, Random random) {
        List<Change> changes = requested(id);
        Generation last = queued(id);
        int attempt = 0;
        int rounds = 1 + random.nextInt(3);
        for (int round = 0; round < rounds; round++) {
            int tries = random.nextInt(3);
            for (int i = 0; i < tries; i++) {
                attempt++;
                last = started(id, attempt);
                changes.add(new Change.Told(last));
                if (random.nextBoolean()) {
                    last = progressed(id, attempt, "base", 1 + random.nextInt(20));
                    changes.add(new Change.Told(last));
                }
            }
            if (round < rounds - 1 && attempt > 0) {
                last = failed(id, attempt);
                changes.add(new Change.Told(last));
            }
        }
        Optional<Generation> end = end(id, Math.max(1, attempt), last, random);
        end.ifPresent(told -> changes.add(new Change.Told(told)));
        return new Story(changes, List.of(end.orElse(last)));
    }

    private static List<Change> requested(String id) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.Requested(queued(id), Optional.of("hash")));
        changes.add(new Change.Told(queued(id)));
        return changes;
    }

    private static Optional<Generation> end(String id, int attempt, Generation last, Random random) {
        if (last.status() == GenerationStatus.FAILED) {
            return Optional.empty();
        }
        return switch (random.nextInt(5)) {
            case 0 -> Optional.of(succeeded(id, attempt));
            case 1 -> Optional.of(failed(id, attempt));
            case 2 -> Optional.of(canceled(id, attempt));
            case 3 -> Optional.of(expired(id, attempt));
            default -> Optional.empty();
        };
    }

    /** Two workers, each of which believes to own the job, tell different ends of it. */
    static Story ofRivals(String id, Random random) {
        List<Change> changes = requested(id);
        int attempts = 1 + random.nextInt(3);
        for (int attempt = 1; attempt <= attempts; attempt++) {
            changes.add(new Change.Told(started(id, attempt)));
            changes.add(new Change.Told(progressed(id, attempt, "base", 1 + random.nextInt(20))));
        }
        List<Generation> ends = new ArrayList<>(List.of(
                succeeded(id, 1 + random.nextInt(attempts)),
                canceled(id, random.nextInt(attempts + 1)),
                expired(id, random.nextInt(attempts + 1)),
                // A failure of an attempt before the last is no end.
                failed(id, attempts)));
        Collections.shuffle(ends, random);
        ends = List.copyOf(ends.subList(0, 2));
        ends.forEach(end -> changes.add(new Change.Told(end)));
        return new Story(changes, ends);
    }

    /** In any order. The ends are always among them; anything else may be missing or come again. */
    List<Change> arriving(Random random) {
        List<Change> arriving = new ArrayList<>();
        for (Change change : changes) {
            int copies = random.nextInt(3) + (ends.contains(change.generation()) ? 1 : 0);
            arriving.addAll(Collections.nCopies(copies, change));
        }
        Collections.shuffle(arriving, random);
        return arriving;
    }

    /** Where the story ends if that arrives: of several ends the first that came. */
    Generation endOf(List<Change> arriving) {
        return arriving.stream()
                .map(Change::generation)
                .filter(ends::contains)
                .findFirst()
                .orElseThrow();
    }
}
