package io.atelier.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.Placed.Waiting;
import io.atelier.gateway.queue.Place;
import io.atelier.gateway.queue.QueueWatch;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Adds to a generation what holds only while it waits: its place in the queue, and whether anybody can draw it. */
@Singleton
public class Placement {
    private static final System.Logger LOG = System.getLogger(Placement.class.getName());

    private final QueueWatch queue;
    private final LiveWorkers workers;

    Placement(QueueWatch queue, LiveWorkers workers) {
        this.queue = queue;
        this.workers = workers;
    }

    /** @param presented as callers are to see it. Blocks. */
    public Placed place(Generation presented) {
        if (presented.status() != GenerationStatus.QUEUED) {
            return new Placed(presented, Optional.empty());
        }
        boolean known = workers.known();
        Optional<String> obstacle = known ? workers.obstacle(presented.model(), presented.input()) : Optional.empty();
        Optional<Place> place = find(presented);
        Optional<Place> way = obstacle.isPresent() ? Optional.empty() : place;
        Waiting waiting = new Waiting(
                place.map(Place::position).orElse(null),
                way.map(Place::etaSeconds).orElse(null),
                known ? (Boolean) obstacle.isEmpty() : null);
        return new Placed(obstacle.map(why -> warned(presented, why)).orElse(presented), Optional.of(waiting));
    }

    private static Generation warned(Generation generation, String obstacle) {
        List<String> warnings = new ArrayList<>(generation.warnings());
        warnings.add("No live worker can draw this: " + obstacle);
        return generation.toBuilder().warnings(warnings).build();
    }

    /** The same in our own API. */
    Shown show(Generation presented) {
        return show(presented, Optional.empty());
    }

    /** @param cancelRequestedAt since when it is not wanted any more */
    Shown show(Generation presented, Optional<Instant> cancelRequestedAt) {
        Placed placed = place(presented);
        return new Shown(placed.generation(), placed.queue().orElse(null), cancelRequestedAt.orElse(null));
    }

    /** The JSON of a generation with what only the gateway knows of it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Shown(@JsonUnwrapped Generation generation, Waiting queue, Instant cancelRequestedAt) {}

    /** Whoever has submitted something must hear of it, whether or not the store can tell what is before it. */
    private Optional<Place> find(Generation generation) {
        try {
            return queue.place(generation);
        } catch (GenerationException e) {
            LOG.log(Level.WARNING, "No place in the queue for " + generation.id() + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
