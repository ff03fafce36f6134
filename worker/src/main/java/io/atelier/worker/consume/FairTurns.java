package io.atelier.worker.consume;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * In which order topics are asked for a job: the most urgent first, except that each of the others gets at least its share
 * of the jobs while something waits in it.
 *
 * <p>Every job gives each of the less urgent topics credit for its share of one, and a job of its own costs it a whole one.
 * Whoever can pay for the next job is asked first. An idle topic saves nothing up: what it has is gone once it is found
 * empty. So a topic that waits is asked out of turn once in {@code 1 / share} jobs, and no oftener.
 */
final class FairTurns {
    private static final double LARGEST_SHARE = 0.3;
    /** Whole numbers: ten tenths added up as floating point are less than one. */
    private static final long ONE_JOB = 1_000_000;

    private final List<Turn> turns;

    /**
     * @param topics the most urgent first
     * @param share  of the jobs, for each topic but the first; 0 lets a topic wait as long as there is anything more urgent
     */
    FairTurns(List<String> topics, double share) {
        if (!(share >= 0 && share <= LARGEST_SHARE)) {
            throw new IllegalArgumentException(
                    "The share of a less urgent topic must be 0 to " + LARGEST_SHARE + ": " + share);
        }
        long credit = Math.round(share * ONE_JOB);
        turns = new ArrayList<>();
        for (String topic : topics) {
            turns.add(new Turn(topic, turns.isEmpty() ? 0 : credit));
        }
    }

    /** All topics, in the order in which to ask them now. */
    List<String> order() {
        return turns.stream()
                .sorted(Comparator.comparingLong(Turn::claim).reversed())
                .map(turn -> turn.topic)
                .collect(Collectors.toUnmodifiableList());
    }

    /** A job came from this topic. */
    void took(String topic) {
        for (Turn turn : turns) {
            turn.credit += turn.share;
            if (turn.topic.equals(topic)) {
                turn.credit = Math.max(0, turn.credit - ONE_JOB);
            }
        }
    }

    /** Nothing waits in this topic. */
    void foundEmpty(String topic) {
        turns.stream().filter(turn -> turn.topic.equals(topic)).forEach(turn -> turn.credit = 0);
    }

    private static final class Turn {
        private final String topic;
        private final long share;
        private long credit;

        Turn(String topic, long share) {
            this.topic = topic;
            this.share = share;
        }

        /** What it has beyond the price of a job; 0 for all that cannot pay, among whom urgency counts. */
        long claim() {
            return share > 0 && credit + share >= ONE_JOB ? credit + share : 0;
        }
    }
}
