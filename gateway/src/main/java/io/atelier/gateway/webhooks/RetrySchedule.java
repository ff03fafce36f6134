package io.atelier.gateway.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a message is tried again. Each delay counts from the attempt before and is up to a fifth longer than it says, so that
 * what failed together does not come back together.
 *
 * @see "Standard Webhooks specification, section Deliverability and reliability"
 */
public final class RetrySchedule {
    static final List<Duration> DELAYS = List.of(
            Duration.ZERO,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(10));
    static final double JITTER = 0.2;
    /** A receiver may ask for patience, not for eternity. */
    static final Duration LONGEST_WISH = Duration.ofHours(24);

    private final RandomGenerator random;

    public RetrySchedule(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param attempts   how many have failed
     * @param retryAfter what the receiver asked for
     * @return how long to wait for the next; empty if that was the last
     */
    Optional<Duration> next(int attempts, Optional<Duration> retryAfter) {
        if (attempts >= DELAYS.size()) {
            return Optional.empty();
        }
        Duration delay = DELAYS.get(attempts);
        Duration longer = delay.plusMillis((long) (delay.toMillis() * JITTER * random.nextDouble()));
        Duration wish = retryAfter.orElse(Duration.ZERO);
        Duration obeyed = wish.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : wish;
        return Optional.of(obeyed.compareTo(longer) > 0 ? obeyed : longer);
    }
}
