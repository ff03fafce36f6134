package io.atelier.gateway.jobs;

import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.message.TraceParent;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Writes to the topics. */
public interface RequestLog extends AutoCloseable {

    /** Learns where the topics are; blocks for it, so that later calls do not. */
    void prepare();

    /**
     * Appends a request to the topic of its priority, as a step of a trace.
     *
     * @return done when the broker has it; else failed with BROKER_UNAVAILABLE or REQUEST_TOO_LARGE
     */
    CompletableFuture<Void> append(GenerationRequest request, Instant createdAt, TraceParent trace);

    /** Asks the workers to leave a generation. @return as above */
    CompletableFuture<Void> cancel(Cancellation cancellation, TraceParent trace);

    /** Tells that a generation is queued. @param trace of its request, if that had one @return as above */
    CompletableFuture<Void> announce(Generation queued, Optional<TraceParent> trace);

    /** Waits a moment for what is under way. */
    @Override
    void close();
}
