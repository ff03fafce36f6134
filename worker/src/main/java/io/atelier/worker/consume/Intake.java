package io.atelier.worker.consume;

import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The request topics, the most urgent first. Belongs to one thread. */
final class Intake implements AutoCloseable {
    private final ShareGroup group;
    private final List<String> topics;

    /** @param topics the most urgent first */
    Intake(ShareGroup group, List<String> topics) {
        this.group = group;
        this.topics = List.copyOf(topics);
    }

    /**
     * The most urgent record that waits; if there is none, the first that comes within about {@code patience}.
     *
     * <p>A fetch over several topics knows no order of urgency, so what waits is asked for topic by topic.
     */
    Optional<HeldRecord> next(Duration patience) {
        for (String topic : topics) {
            Optional<HeldRecord> waiting = group.take(List.of(topic), Duration.ZERO);
            if (waiting.isPresent()) {
                return waiting;
            }
        }
        return group.take(topics, patience);
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
