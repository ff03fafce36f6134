package io.atelier.gateway.jobs;

import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Writes to the topics. */
public interface RequestLog {

    /** Learns where the topics are; blocks for it, so that later calls do not. */
    void prepare();

    /**
     * Appends a request to the topic of its priority.
     *
     * @return done when the broker has it; else failed with BROKER_UNAVAILABLE or REQUEST_TOO_LARGE
     */
    CompletableFuture<Void> append(GenerationRequest request, Instant createdAt);

    /** Asks the workers to leave a generation. @return as above */
    CompletableFuture<Void> cancel(Cancellation cancellation);

    /** Tells that a generation is queued. @return as above */
    CompletableFuture<Void> announce(Generation queued);
}
