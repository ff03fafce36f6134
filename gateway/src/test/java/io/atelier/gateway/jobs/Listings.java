package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Puts together what to list. */
final class Listings {
    private Optional<GenerationStatus> status = Optional.empty();
    private Optional<String> model = Optional.empty();
    private final Map<String, String> metadata = new HashMap<>();
    private Optional<Instant> createdBefore = Optional.empty();
    private Optional<Cursor> after = Optional.empty();
    private int limit = 100;

    private Listings() {}

    static Listings all() {
        return new Listings();
    }

    Listings status(GenerationStatus status) {
        this.status = Optional.of(status);
        return this;
    }

    Listings model(String model) {
        this.model = Optional.of(model);
        return this;
    }

    Listings metadata(String name, String content) {
        metadata.put(name, content);
        return this;
    }

    Listings createdBefore(Instant time) {
        this.createdBefore = Optional.of(time);
        return this;
    }

    Listings after(Cursor cursor) {
        this.after = Optional.of(cursor);
        return this;
    }

    Listings limit(int limit) {
        this.limit = limit;
        return this;
    }

    Listing listing() {
        return new Listing(Generation.DEFAULT_TENANT, status, model, metadata, createdBefore, after, limit);
    }
}
