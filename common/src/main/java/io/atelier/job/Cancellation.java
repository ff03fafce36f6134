package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;

/**
 * The wish that a generation is not drawn, or not any further.
 *
 * @param reason for those who wonder later; null if none was given
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cancellation(GenerationId id, String reason) {
    /** Requests and cancellations may come from machines whose clocks differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    /** Whether one that was made {@code at} counts for what was requested then: it does not for what comes later. */
    public static boolean counts(Instant at, Instant requestedAt) {
        return !at.plus(CLOCK_SKEW).isBefore(requestedAt);
    }
}
