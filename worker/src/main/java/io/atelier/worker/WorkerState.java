package io.atelier.worker;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** What the worker is doing with itself, for health checks. */
@ApplicationScoped
public class WorkerState {
    /** A worker passes through these in their order. */
    public enum Phase {
        LOADING_MODEL("the model is being loaded"),
        CONNECTING("waiting for the store and the broker"),
        READY(""),
        STOPPING("stopping: the jobs in hand are brought to their end");

        private final String reason;

        Phase(String reason) {
            this.reason = reason;
        }
    }

    private volatile Runnable changed = () -> {};
    private volatile Optional<String> sickness = Optional.empty();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.LOADING_MODEL);
    private volatile Supplier<Instant> lastRound = Instant::now;
    private volatile Duration longestRound = Duration.ofMinutes(1);

    public Phase phase() {
        return phase.get();
    }

    void enter(Phase next) {
        phase.set(next);
        changed.run();
    }

    /** Why the worker takes no work although it runs; empty if it is well. */
    public Optional<String> sickness() {
        return sickness;
    }

    void setSickness(Optional<String> reason) {
        sickness = reason;
        changed.run();
    }

    /** @param action run after each change; quick */
    void onChange(Runnable action) {
        changed = action;
    }

    public boolean isReady() {
        return phase() == Phase.READY && sickness.isEmpty();
    }

    /** Why the worker takes no work, for people; empty if it does. */
    public Optional<String> reason() {
        return phase() == Phase.READY ? sickness : Optional.of(phase().reason);
    }

    /** @param longest time between two rounds of a loop that is alive */
    void watchLoop(Supplier<Instant> lastRound, Duration longest) {
        this.lastRound = lastRound;
        this.longestRound = longest;
    }

    /** Whether the job loop came round lately: a process that exists is not yet one that works. */
    public boolean isAlive() {
        return Duration.between(lastRound.get(), Instant.now()).compareTo(longestRound) < 0;
    }
}
