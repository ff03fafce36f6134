package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this worker should take work. After several failures in a row that are its own fault it should not: it would only
 * use up the attempts of jobs that others can draw. From then on it tries itself on a small picture from time to time. Thread
 * safe.
 */
public final class Fitness {
    private static final Logger LOG = LoggerFactory.getLogger(Fitness.class);
    private static final Set<ErrorCode> OWN_FAULT =
            EnumSet.of(ErrorCode.OUT_OF_MEMORY, ErrorCode.INFERENCE_FAILED, ErrorCode.INTERNAL);

    private final int limit;
    private final Duration rest;
    private final Clock clock;
    private final Consumer<Optional<String>> changed;
    private int inARow;
    private Instant testAt = Instant.MAX;

    /**
     * @param limit   of failures in a row
     * @param rest    before a sick worker tries itself
     * @param changed told why the worker is sick, or nothing when it is well again; quick
     */
    public Fitness(int limit, Duration rest, Clock clock, Consumer<Optional<String>> changed) {
        this.limit = limit;
        this.rest = rest;
        this.clock = clock;
        this.changed = changed;
    }

    synchronized void succeeded() {
        inARow = 0;
    }

    synchronized void failed(GenerationException failure) {
        if (!OWN_FAULT.contains(failure.code())) {
            return;
        }
        inARow++;
        if (inARow >= limit && isFit()) {
            LOG.error("Taking no more work after {} failures in a row: {}", inARow, MutedFailure.message(failure));
            testAt = clock.instant().plus(rest);
            changed.accept(Optional.of(failure.code().wireName() + " " + inARow + " times in a row"));
        }
    }

    synchronized boolean isFit() {
        return testAt.equals(Instant.MAX);
    }

    /** True once when a sick worker is to try itself; whoever asks does so and tells the outcome. */
    synchronized boolean takeTest() {
        if (isFit() || clock.instant().isBefore(testAt)) {
            return false;
        }
        testAt = clock.instant().plus(rest);
        return true;
    }

    synchronized void passedTest() {
        LOG.info("Well again: taking work");
        inARow = 0;
        testAt = Instant.MAX;
        changed.accept(Optional.empty());
    }
}
