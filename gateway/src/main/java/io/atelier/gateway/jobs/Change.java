package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.TraceParent;
import java.util.Optional;

/** What a record says about a generation. */
public sealed interface Change {

    /** The whole generation as the record has it. */
    Generation generation();

    /** Whether with this change the world knows that the generation is queued. */
    boolean announces();

    /** The hash of the request, if the record is one. */
    Optional<String> requestHash();

    /** The trace that the record belongs to, if it says so: what follows from the change goes on with it. */
    Optional<TraceParent> trace();

    /** Somebody asks for pictures. Whoever applies this has sent {@code generation.queued.v1} before. */
    record Requested(Generation generation, Optional<String> requestHash, Optional<TraceParent> trace)
            implements Change {
        public Requested(Generation generation, Optional<String> requestHash) {
            this(generation, requestHash, Optional.empty());
        }

        public Requested(Generation generation) {
            this(generation, Optional.empty());
        }

        @Override
        public boolean announces() {
            return true;
        }
    }

    /** A worker or a gateway tells of a new state. */
    record Told(Generation generation, Optional<TraceParent> trace) implements Change {
        public Told(Generation generation) {
            this(generation, Optional.empty());
        }

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
