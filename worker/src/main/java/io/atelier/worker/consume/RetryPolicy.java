package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Duration;

/**
 * How often a job is tried, and how long to wait in between.
 *
 * @param maxAttempts deliveries of a record, the first included
 * @param backOff     the wait after the first failure; doubled with each further one
 * @param patience    how long a store or a broker that is away is waited for with the job in hand
 */
public record RetryPolicy(int maxAttempts, Duration backOff, Duration patience) {
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 10;

    public RetryPolicy {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("A job needs at least one attempt: " + maxAttempts);
        }
    }

    /**
     * @throws GenerationException ATTEMPTS_EXHAUSTED for a record that was handed out too often without an end: its
     *                             earlier workers may have died of it
     */
    void checkAttempts(int attempt) {
        if (attempt > maxAttempts) {
            throw new GenerationException(
                    ErrorCode.ATTEMPTS_EXHAUSTED, "Started " + (attempt - 1) + " times without coming to an end");
        }
    }

    boolean isLast(int attempt) {
        return attempt >= maxAttempts;
    }

    /** Whether the end was to be told in an earlier attempt. */
    boolean isPast(int attempt) {
        return attempt > maxAttempts;
    }

    Insistence insistence() {
        return new Insistence(FIRST_WAIT, LONGEST_WAIT, patience);
    }

    Duration delay(int attempt) {
        Duration delay = backOff.multipliedBy(1L << Math.min(attempt - 1, MOST_DOUBLINGS));
        return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    }

    /** What the submitter is told: a failure that could have been retried says that it was. */
    GenerationException lastWord(int attempt, GenerationException failure) {
        if (!failure.code().retryable()) {
            return failure;
        }
        return new GenerationException(
                ErrorCode.ATTEMPTS_EXHAUSTED,
                "Failed " + attempt + " times, at last with " + failure.code().wireName() + ": " + failure.getMessage(),
                failure);
    }
}
