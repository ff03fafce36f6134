package io.atelier.worker.consume;

import io.atelier.worker.share.HeldRecord;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The lock on a record, renewed whenever a third of its time is over. */
final class KeptLock {
    private final HeldRecord held;
    private final Duration duration;
    private final LongSupplier nanoTime;
    private final JobObserver observer;
    private long since;

    /**
     * @param held     locked just now
     * @param nanoTime a clock that only moves forward
     * @param observer told of each renewal
     */
    KeptLock(HeldRecord held, Duration duration, LongSupplier nanoTime, JobObserver observer) {
        this.held = held;
        this.duration = duration;
        this.nanoTime = nanoTime;
        this.observer = observer;
        this.since = nanoTime.getAsLong();
    }

    /** To be called often. @return false if the record is no longer ours */
    boolean keep() {
        long asked = nanoTime.getAsLong();
        long age = asked - since;
        if (age > duration.toNanos()) {
            // A process that was frozen: the broker would still say yes if the record has met its end meanwhile.
            return false;
        }
        if (age <= duration.toNanos() / 3) {
            return true;
        }
        since = asked;
        boolean granted = held.renew();
        observer.renewed(granted);
        return granted;
    }
}
