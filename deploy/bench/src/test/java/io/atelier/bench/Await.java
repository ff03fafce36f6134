package io.atelier.bench;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for what must come. */
final class Await {
    /** Long, since the machine may be busy with other things; what is there is noticed at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
