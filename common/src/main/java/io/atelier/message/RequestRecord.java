package io.atelier.message;

import io.atelier.error.GenerationException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import java.time.Instant;
import java.util.Optional;

/** What a record of a request topic turned out to be. */
public sealed interface RequestRecord {

    /** When it was submitted: the event's own time, else the record's. */
    Instant createdAt();

    /**
     * A request that can be drawn as far as its shape goes.
     *
     * @param request with its id set
     */
    record Valid(GenerationRequest request, Instant createdAt) implements RequestRecord {}

    /**
     * A record that is no valid request.
     *
     * @param id      under which its submitter can be told; empty if none could be found
     * @param problem MALFORMED_MESSAGE, REQUEST_TOO_LARGE or INVALID_REQUEST
     */
    record Invalid(Optional<GenerationId> id, GenerationException problem, Instant createdAt)
            implements RequestRecord {}
}
