package io.atelier.bench.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what must come. */
public final class Patience {
    private static final long POLL_MILLIS = 20;

    private Patience() {}

    /** @return false if the condition does not hold when the time is over */
    public static boolean until(Duration longest, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** @throws IllegalStateException if the condition does not hold when the time is over */
    public static void require(String what, Duration longest, Callable<Boolean> condition) throws Exception {
        if (!until(longest, condition)) {
            throw new IllegalStateException("Not within " + longest.toSeconds() + " s: " + what);
        }
    }
}
