package io.atelier.gateway.jobs;

import io.atelier.job.GenerationStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Which generations to list, newest first.
 *
 * @param metadata      entries that a generation must have
 * @param createdBefore only those that are older
 * @param after         where an earlier page ended
 * @param limit         generations on a page
 */
public record Listing(
        String tenant,
        Optional<GenerationStatus> status,
        Optional<String> model,
        Map<String, String> metadata,
        Optional<Instant> createdBefore,
        Optional<Cursor> after,
        int limit) {
    public Listing {
        metadata = Map.copyOf(metadata);
    }
}
