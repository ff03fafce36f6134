package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Progress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Folds what the topics say about one generation into its state. Every record carries the whole generation, so folding is
 * choosing the one that is further on, and the outcome depends neither on the order of records, nor on repeats, nor on
 * missing ones in between:
 *
 * <ul>
 *   <li>a terminal state wins over all others, and the first one stays;
 *   <li>with one exception: {@code failed} gives way to any state of a higher attempt, because what lies in the dead letter
 *       queue can be sent again and goes on counting its attempts;
 *   <li>otherwise the higher attempt wins, within an attempt {@code processing} over {@code queued}, then progress;
 *   <li>of two that are equally far, the one that is known stays.
 * </ul>
 */
public final class Projection {
    private static final List<String> STAGES = List.of("encode_prompt", "base", "refiner", "vae", "upload");

    private static final Comparator<Generation> FURTHER_ON = Comparator.comparingInt(Generation::attempt)
            .thenComparing(Generation::status)
            .thenComparingInt(g -> step(g.progress()))
            .thenComparingInt(g -> stage(g.progress()));

    private Projection() {}

    public static StoredJob fold(Optional<StoredJob> known, Change change) {
        return known.map(job -> new StoredJob(
                        later(job.generation(), change.generation()),
                        job.announced() || change.announces(),
                        job.requestHash().or(change::requestHash)))
                .orElseGet(() -> new StoredJob(change.generation(), change.announces(), change.requestHash()));
    }

    /** The one of two states of a generation that counts; {@code known} itself if {@code told} brings nothing new. */
    public static Generation later(Generation known, Generation told) {
        if (known.status().terminal()) {
            return reopens(known, told) ? told : known;
        }
        if (told.status().terminal()) {
            return reopens(told, known) ? known : told;
        }
        return FURTHER_ON.compare(told, known) > 0 ? told : known;
    }

    /** Whether a generation that had failed was sent again and went on as {@code state}. */
    private static boolean reopens(Generation ended, Generation state) {
        return ended.status() == GenerationStatus.FAILED && state.attempt() > ended.attempt();
    }

    private static int step(Progress progress) {
        return progress == null ? -1 : progress.step();
    }

    private static int stage(Progress progress) {
        return progress == null ? -1 : STAGES.indexOf(progress.stage());
    }
}
