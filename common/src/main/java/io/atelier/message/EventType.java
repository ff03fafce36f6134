package io.atelier.message;

import io.atelier.job.GenerationStatus;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The CloudEvents types of the contract. */
public enum EventType {
    REQUESTED,
    CANCEL,
    QUEUED,
    STARTED,
    PROGRESS,
    SUCCEEDED,
    FAILED,
    CANCELED,
    EXPIRED;

    /** As in {@code ce_type}, such as {@code generation.succeeded.v1}. */
    public String wireName() {
        return "generation." + name().toLowerCase(Locale.ROOT) + ".v1";
    }

    /** Empty for a type that this version does not know; readers pass over it. */
    public static Optional<EventType> of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst();
    }

    /** The event that tells of a generation's arrival in {@code status}. */
    public static EventType of(GenerationStatus status) {
        return status == GenerationStatus.PROCESSING ? STARTED : valueOf(status.name());
    }
}
