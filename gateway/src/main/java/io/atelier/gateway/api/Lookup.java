package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.jobs.Generations;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import jakarta.inject.Singleton;

/** Finds the generation that a path names: one of the caller's own, since others are not there for it. */
@Singleton
public class Lookup {
    private final Generations generations;
    private final Caller caller;

    Lookup(Generations generations, Caller caller) {
        this.generations = generations;
        this.caller = caller;
    }

    /** @throws GenerationException NOT_FOUND */
    public Generation find(String id) {
        return generations
                .find(id(id))
                .orElseThrow(() -> new GenerationException(ErrorCode.NOT_FOUND, "No generation " + id));
    }

    /** @throws GenerationException NOT_FOUND if no generation can have it */
    public GenerationId id(String id) {
        if (!GenerationId.isValid(id)) {
            throw new GenerationException(ErrorCode.NOT_FOUND, "Not the id of a generation: " + id);
        }
        return new GenerationId(caller.tenant(), id);
    }
}
