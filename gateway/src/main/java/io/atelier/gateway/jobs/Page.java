package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import java.util.List;
import java.util.Optional;

/**
 * A part of a listing.
 *
 * @param next where the next page begins; empty on the last one
 */
public record Page(List<Generation> generations, Optional<Cursor> next) {
    public Page {
        generations = List.copyOf(generations);
    }
}
