package io.atelier.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * SIGTERM and Ctrl-C: the first stops in peace, the next of the same kind in a hurry. (Whoever started the worker from a terminal
 * may send one of each for a single Ctrl-C.) A Java shutdown hook does not hear of the second.
 */
final class StopSignals {
    private StopSignals() {}

    static void onStop(Runnable stop, Runnable hurry) {
        for (String name : new String[] {"TERM", "INT"}) {
            AtomicBoolean stopping = new AtomicBoolean();
            Signal.handle(new Signal(name), signal -> {
                if (stopping.compareAndSet(false, true)) {
                    stop.run();
                } else {
                    hurry.run();
                }
            });
        }
    }
}
