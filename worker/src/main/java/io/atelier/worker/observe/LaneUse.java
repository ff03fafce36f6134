package io.atelier.worker.observe;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How the lane spends its time. Thread safe. */
final class LaneUse {
    private final LongSupplier nanoTime;
    private long busyNanos;
    private boolean busy;
    private boolean used;
    private long since;

    /** @param nanoTime a clock that only moves forward */
    LaneUse(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @return how long the lane was idle before; empty for the first time */
    synchronized Optional<Duration> began() {
        long now = nanoTime.getAsLong();
        Optional<Duration> idle = used ? Optional.of(Duration.ofNanos(now - since)) : Optional.empty();
        used = true;
        busy = true;
        since = now;
        return idle;
    }

    synchronized void ended() {
        long now = nanoTime.getAsLong();
        busyNanos += now - since;
        busy = false;
        since = now;
    }

    /** Up to this moment, with the drawing that is under way. */
    synchronized double busySeconds() {
        long underWay = busy ? nanoTime.getAsLong() - since : 0;
        return (busyNanos + underWay) / 1e9;
    }
}
