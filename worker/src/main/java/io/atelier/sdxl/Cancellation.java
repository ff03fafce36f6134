package io.atelier.sdxl;

/**
 * A way to end one generation from another thread, even in the middle of a step: the UNet stops at its next operator. It
 * may be made and used before the generation begins, and used any number of times.
 */
public final class Cancellation {
    private boolean cancelled;
    private Runnable stop = () -> {};

    /** Returns at once; {@code generate} then throws a CancellationException soon. No effect once it has returned. */
    public synchronized void cancel() {
        cancelled = true;
        stop.run();
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** @param action idempotent and fast; runs now if cancelled already, else with each later {@link #cancel} */
    synchronized void onCancel(Runnable action) {
        stop = action;
        if (cancelled) {
            stop.run();
        }
    }
}
