package io.atelier.message;

import io.atelier.job.Priority;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The names of the topics.
 *
 * @param prefix put before every name, so that several clusters can share a broker; may be empty
 */
public record Topics(String prefix) {
    public static final String DEFAULT_PREFIX = "atelier.";

    public Topics {
        if (!prefix.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new IllegalArgumentException("Topic prefix must be at most 100 of A-Z a-z 0-9 . _ -: " + prefix);
        }
    }

    public String requests(Priority priority) {
        String name = prefix + "generation.requests";
        return priority == Priority.NORMAL ? name : name + "." + priority.wireName();
    }

    /** All three, the most urgent first. */
    public List<String> requests() {
        return Arrays.stream(Priority.values()).map(this::requests).collect(Collectors.toUnmodifiableList());
    }

    /** Whose requests this topic takes; empty if it takes none. */
    public Optional<Priority> priorityOf(String topic) {
        return Arrays.stream(Priority.values())
                .filter(priority -> requests(priority).equals(topic))
                .findFirst();
    }

    public String cancellations() {
        return prefix + "generation.cancellations";
    }

    public String events() {
        return prefix + "generation.events";
    }

    public String progress() {
        return prefix + "generation.progress";
    }

    /** What each worker is and does, by its id. */
    public String workers() {
        return prefix + "generation.workers";
    }

    public String dlq() {
        return prefix + "generation.dlq";
    }
}
