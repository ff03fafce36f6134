package io.atelier.gateway.api;

import io.atelier.job.Generation;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A generation with what holds only while it waits.
 *
 * @param generation warns if nobody can draw it
 * @param queue      empty if it does not wait
 */
public record Placed(Generation generation, Optional<Waiting> queue) {

    /**
     * How a generation waits.
     *
     * @param position   1 for the next one; null if that is not known
     * @param etaSeconds until it is drawn; null if that cannot be said
     * @param isPossible whether a live worker can draw it; null before this gateway knows the workers
     */
    @Schema(description = "While it waits: its place in the queue, and whether any live worker can draw it.")
    public record Waiting(Long position, Long etaSeconds, Boolean isPossible) {}
}
