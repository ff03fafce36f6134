package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.queue.Place;
import io.atelier.gateway.queue.QueueWatch;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.Json;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** Adds to a generation what holds only while it waits: its place in the queue, and whether anybody can draw it. */
@Singleton
class Placement {
    private static final System.Logger LOG = System.getLogger(Placement.class.getName());

    private final QueueWatch queue;
    private final LiveWorkers workers;

    Placement(QueueWatch queue, LiveWorkers workers) {
        this.queue = queue;
        this.workers = workers;
    }

    /** @param presented as callers are to see it. Blocks. */
    ObjectNode show(Generation presented) {
        ObjectNode shown = Json.mapper().valueToTree(presented);
        if (presented.status() != GenerationStatus.QUEUED) {
            return shown;
        }
        Optional<String> obstacle =
                workers.known() ? workers.obstacle(presented.model(), presented.input()) : Optional.empty();
        Boolean possible = workers.known() ? (Boolean) obstacle.isEmpty() : null;
        Optional<Place> place = place(presented);
        ObjectNode waits = shown.putObject("queue");
        waits.put("position", place.map(Place::position).orElse(null));
        waits.put(
                "eta_seconds",
                obstacle.isPresent() ? null : place.map(Place::etaSeconds).orElse(null));
        waits.put("is_possible", possible);
        obstacle.ifPresent(why -> shown.withArray("warnings").add("No live worker can draw this: " + why));
        return shown;
    }

    /** Whoever has submitted something must hear of it, whether or not the store can tell what is before it. */
    private Optional<Place> place(Generation generation) {
        try {
            return queue.place(generation);
        } catch (GenerationException e) {
            LOG.log(Level.WARNING, "No place in the queue for " + generation.id() + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
