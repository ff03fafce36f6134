package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hands news of generations to those who wait for them in this process. Remembers the latest state of the generations that
 * it heard of lately: the job store can be a moment behind, and progress never reaches it. Thread safe; listeners are called
 * one after the other and must not block. One that is closed meanwhile may be called once more.
 */
public final class GenerationUpdates {
    /** Their progress is known here only. */
    private static final int REMEMBERED_RUNNING = 10_000;
    /**
     * What waits or has ended comes into the store a moment later. Many more of these would be what a collection of the young
     * generation has to copy most of.
     */
    private static final int REMEMBERED_OTHERS = 1_000;

    private final Object publishing = new Object();
    private final Map<GenerationId, List<Consumer<Generation>>> listeners = new HashMap<>();
    private final Map<GenerationId, Generation> running = latestOf(REMEMBERED_RUNNING);
    private final Map<GenerationId, Generation> others = latestOf(REMEMBERED_OTHERS);

    private static Map<GenerationId, Generation> latestOf(int most) {
        return new LinkedHashMap<>(256, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<GenerationId, Generation> eldest) {
                return size() > most;
            }
        };
    }

    /** Old news is passed over. */
    public void publish(Generation told) {
        // Not the lock of subscriptions: a listener may wait for a thread that ends one.
        synchronized (publishing) {
            remember(told).ifPresent(now -> listenersTo(now.id()).forEach(listener -> listener.accept(now)));
        }
    }

    /** @return the state, if that is new */
    private synchronized Optional<Generation> remember(Generation told) {
        Generation known = latest(told.id()).orElse(null);
        Generation now = known == null ? told : Projection.later(known, told);
        if (now == known) {
            return Optional.empty();
        }
        boolean isRunning = now.status() == GenerationStatus.PROCESSING;
        (isRunning ? running : others).put(now.id(), now);
        (isRunning ? others : running).remove(now.id());
        return Optional.of(now);
    }

    private synchronized List<Consumer<Generation>> listenersTo(GenerationId id) {
        return List.copyOf(listeners.getOrDefault(id, List.of()));
    }

    public synchronized Optional<Generation> latest(GenerationId id) {
        return Optional.ofNullable(running.get(id)).or(() -> Optional.ofNullable(others.get(id)));
    }

    /** Calls {@code listener} with every state that {@code id} reaches from now on, until the answer is closed. */
    public synchronized Subscription subscribe(GenerationId id, Consumer<Generation> listener) {
        listeners.computeIfAbsent(id, any -> new ArrayList<>()).add(listener);
        return () -> unsubscribe(id, listener);
    }

    private synchronized void unsubscribe(GenerationId id, Consumer<Generation> listener) {
        listeners.computeIfPresent(id, (any, those) -> {
            those.remove(listener);
            return those.isEmpty() ? null : those;
        });
    }

    public synchronized int listeners() {
        return listeners.values().stream().mapToInt(List::size).sum();
    }

    /** Ends a subscription. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
