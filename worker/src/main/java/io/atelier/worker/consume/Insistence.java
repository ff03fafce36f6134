package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats what the store or the broker refuses until it is done, while the lock on the record is kept: a picture that is drawn
 * costs more than the wait.
 *
 * @param first    the first wait; doubled each time
 * @param longest  wait
 * @param patience after which the failure counts
 */
record Insistence(Duration first, Duration longest, Duration patience) {
    private static final Logger LOG = LoggerFactory.getLogger(Insistence.class);
    private static final Set<ErrorCode> PASSING =
            EnumSet.of(ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.BROKER_UNAVAILABLE);

    /**
     * @throws java.util.concurrent.CancellationException if the job is stopped meanwhile
     * @throws GenerationException                        if the action fails for another reason, or for too long
     */
    <T> T on(JobControl control, Supplier<T> action) {
        long start = System.nanoTime();
        Duration wait = first;
        while (true) {
            try {
                return action.get();
            } catch (GenerationException e) {
                boolean patient = System.nanoTime() - start < patience.toNanos();
                if (!PASSING.contains(e.code()) || !patient) {
                    throw e;
                }
                LOG.warn("Again in {} ms: {}", wait.toMillis(), e.getMessage());
            }
            control.pause(wait);
            wait = wait.multipliedBy(2).compareTo(longest) < 0 ? wait.multipliedBy(2) : longest;
        }
    }

    void on(JobControl control, Runnable action) {
        on(control, () -> {
            action.run();
            return null;
        });
    }
}
