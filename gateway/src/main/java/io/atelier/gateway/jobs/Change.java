package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.util.Optional;

/** What a record says about a generation. */
public sealed interface Change {

    /** The whole generation as the record has it. */
    Generation generation();

    /** Whether with this change the world knows that the generation is queued. */
    boolean announces();

    /** The hash of the request, if the record is one. */
    Optional<String> requestHash();

    /** Somebody asks for pictures. Whoever applies this has sent {@code generation.queued.v1} before. */
    record Requested(Generation generation, Optional<String> requestHash) implements Change {
        public Requested(Generation generation) {
            this(generation, Optional.empty());
        }

        @Override
        public boolean announces() {
            return true;
        }
    }

    /** A worker or a gateway tells of a new state. */
    record Told(Generation generation) implements Change {
        @Override
        public boolean announces() {
            return generation.status() == GenerationStatus.QUEUED;
        }

        @Override
        public Optional<String> requestHash() {
            return Optional.empty();
        }
    }
}
