package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
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
    private static final int REMEMBERED = 10_000;

    private final Object publishing = new Object();
    private final Map<GenerationId, List<Consumer<Generation>>> listeners = new HashMap<>();
    private final Map<GenerationId, Generation> latest = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GenerationId, Generation> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Old news is passed over. */
    public void publish(Generation told) {
        // Not the lock of subscriptions: a listener may wait for a thread that ends one.
        synchronized (publishing) {
            remember(told).ifPresent(now -> listenersTo(now.id()).forEach(listener -> listener.accept(now)));
        }
    }

    /** @return the state, if that is new */
    private synchronized Optional<Generation> remember(Generation told) {
        Generation known = latest.get(told.id());
        Generation now = known == null ? told : Projection.later(known, told);
        if (now == known) {
            return Optional.empty();
        }
        latest.put(now.id(), now);
        return Optional.of(now);
    }

    private synchronized List<Consumer<Generation>> listenersTo(GenerationId id) {
        return List.copyOf(listeners.getOrDefault(id, List.of()));
    }

    public synchronized Optional<Generation> latest(GenerationId id) {
        return Optional.ofNullable(latest.get(id));
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
