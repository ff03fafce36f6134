package io.atelier.worker.consume;

import io.atelier.job.GenerationId;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets the jobs of one id run one after the other within this worker. The second one finds the end of the first: it is answered
 * with it if it is the same request, and refused before it draws if it is another one. Thread safe.
 */
final class IdQueue {
    private final Map<GenerationId, Turn> turns = new ConcurrentHashMap<>();

    /** The time in which no other job of the id runs. */
    final class Turn implements AutoCloseable {
        private final GenerationId id;
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        private Turn(GenerationId id) {
            this.id = id;
        }

        @Override
        public void close() {
            turns.remove(id, this);
            over.complete(null);
        }
    }

    /**
     * Waits until no other job of the id runs.
     *
     * @throws CancellationException if this one is to be stopped meanwhile
     */
    Turn await(GenerationId id, JobControl control) {
        Turn mine = new Turn(id);
        for (Turn other = turns.putIfAbsent(id, mine); other != null; other = turns.putIfAbsent(id, mine)) {
            control.await(other.over);
        }
        return mine;
    }
}
