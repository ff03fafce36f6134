package io.atelier.gateway.jobs;

import java.util.concurrent.CompletableFuture;

/** Tells the world that a generation is queued: {@code generation.queued.v1}. */
@FunctionalInterface
public interface Announcer {
    Announcer NONE = request -> CompletableFuture.completedFuture(null);

    /** Does not block. @return completed once nothing can take the news back */
    CompletableFuture<Void> announce(Change.Requested request);
}
