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

    /** Under which its submitter can be told; empty if none could be found. */
    Optional<GenerationId> id();

    /** The request, if it is one. */
    Optional<GenerationRequest> request();

    /** @throws GenerationException with what is wrong, if it is no valid request */
    GenerationRequest requireRequest();

    /**
     * A request that can be drawn as far as its shape goes.
     *
     * @param valid with its id and priority set
     */
    record Valid(GenerationRequest valid, Instant createdAt) implements RequestRecord {
        @Override
        public Optional<GenerationId> id() {
            return Optional.of(valid.id());
        }

        @Override
        public Optional<GenerationRequest> request() {
            return Optional.of(valid);
        }

        @Override
        public GenerationRequest requireRequest() {
            return valid;
        }
    }

    /**
     * A record that is no valid request.
     *
     * @param problem MALFORMED_MESSAGE, REQUEST_TOO_LARGE or INVALID_REQUEST
     */
    record Invalid(Optional<GenerationId> id, GenerationException problem, Instant createdAt) implements RequestRecord {
        @Override
        public Optional<GenerationRequest> request() {
            return Optional.empty();
        }

        @Override
        public GenerationRequest requireRequest() {
            throw problem;
        }
    }
}
