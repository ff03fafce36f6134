package io.atelier.bench.gateway;

import java.util.concurrent.locks.LockSupport;

/** Even steps in time. What comes late does not put off what follows, so a slow system gets no fewer requests. */
final class Pace {
    private static final double NANOS = 1e9;

    private final long start = System.nanoTime();
    private final double perSecond;

    Pace(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until it is the turn of {@code step}, counted from 0. */
    void await(int step) {
        long at = start + (long) (step * NANOS / perSecond);
        for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
