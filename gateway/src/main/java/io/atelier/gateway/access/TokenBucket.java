package io.atelier.gateway.access;

import java.time.Duration;
import java.util.Optional;

/** Lets so many through in a second, and after a pause so many at once. Thread safe. */
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final int size;
    private double tokens;
    private long filledAt;

    /** @param now in nanoseconds, of any clock that only goes forward */
    TokenBucket(double perSecond, int size, long now) {
        if (!(perSecond > 0) || size < 1) {
            throw new IllegalArgumentException(
                    "A limit needs more than 0 requests a second and a burst of 1 or more: " + perSecond + ", " + size);
        }
        this.perSecond = perSecond;
        this.size = size;
        this.tokens = size;
        this.filledAt = now;
    }

    /** Takes a token. @return empty if there was one, else the time until there is */
    synchronized Optional<Duration> take(long now) {
        // Two callers may look at the clock in one order and come here in the other.
        long passed = Math.max(0, now - filledAt);
        tokens = Math.min(size, tokens + passed / NANOS * perSecond);
        filledAt += passed;
        if (tokens >= 1) {
            tokens--;
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos((long) Math.ceil((1 - tokens) / perSecond * NANOS)));
    }
}
