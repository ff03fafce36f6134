package io.atelier.worker.consume;

import io.atelier.job.Cancellation;
import io.atelier.job.GenerationId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which generations are not wanted any more, and which ones to tell. Thread safe.
 *
 * <p>A cancellation counts for what was requested before it: one of an id that nobody knows does nothing, also not when the id
 * is used later.
 */
public final class Cancellations {
    private final Map<GenerationId, Instant> cancelledAt = new HashMap<>();
    private final Map<GenerationId, Watch> watches = new HashMap<>();

    private record Watch(Instant createdAt, Runnable action) {}

    /** Ends the watch for a cancellation. */
    interface Watched extends AutoCloseable {
        @Override
        void close();
    }

    public void cancel(GenerationId id, Instant time) {
        Optional<Watch> watch;
        synchronized (this) {
            cancelledAt.merge(id, time, (a, b) -> a.isAfter(b) ? a : b);
            watch = Optional.ofNullable(watches.get(id)).filter(w -> counts(id, w.createdAt));
        }
        watch.ifPresent(w -> w.action.run());
    }

    /** The topic has forgotten it. */
    public synchronized void forget(GenerationId id) {
        cancelledAt.remove(id);
    }

    synchronized void forgetBefore(Instant time) {
        cancelledAt.values().removeIf(cancelled -> cancelled.isBefore(time));
    }

    /** @param action run once the generation is cancelled, at once if it is already; quick */
    Watched watch(GenerationId id, Instant createdAt, Runnable action) {
        boolean already;
        Watch watch = new Watch(createdAt, action);
        synchronized (this) {
            watches.put(id, watch);
            already = counts(id, createdAt);
        }
        if (already) {
            action.run();
        }
        return () -> unwatch(id, watch);
    }

    private synchronized void unwatch(GenerationId id, Watch watch) {
        watches.remove(id, watch);
    }

    private boolean counts(GenerationId id, Instant createdAt) {
        Instant cancelled = cancelledAt.get(id);
        return cancelled != null && Cancellation.counts(cancelled, createdAt);
    }
}
