package io.atelier.worker.consume;

import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The request topics, the most urgent first but none of them starving. Belongs to one thread. */
final class Intake implements AutoCloseable {
    private final ShareGroup group;
    private final List<String> topics;
    private final FairTurns turns;

    /**
     * @param topics   the most urgent first
     * @param lowShare of the jobs that each but the first gets at least, while something waits there
     */
    Intake(ShareGroup group, List<String> topics, double lowShare) {
        this.group = group;
        this.topics = List.copyOf(topics);
        this.turns = new FairTurns(topics, lowShare);
    }

    /**
     * The record whose turn it is of those that wait; if there is none, the first that comes within about {@code patience}.
     *
     * <p>A fetch over several topics knows no order of urgency, so what waits is asked for topic by topic.
     */
    Optional<HeldRecord> next(Duration patience) {
        Optional<HeldRecord> next = waiting().or(() -> group.take(topics, patience));
        next.ifPresent(held -> turns.took(held.record().topic()));
        return next;
    }

    private Optional<HeldRecord> waiting() {
        for (String topic : turns.order()) {
            Optional<HeldRecord> waiting = group.take(List.of(topic), Duration.ZERO);
            if (waiting.isPresent()) {
                return waiting;
            }
            turns.foundEmpty(topic);
        }
        return Optional.empty();
    }

    /** To be called several times a second while a job is in hand. */
    void stayMember() {
        group.stayMember();
    }

    @Override
    public void close() {
        group.close();
    }
}
