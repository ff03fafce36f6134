package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;

/** What a record says about a generation. */
public sealed interface Change {

    /** The whole generation as the record has it. */
    Generation generation();

    /** Whether with this change the world knows that the generation is queued. */
    boolean announces();

    /** Somebody asks for pictures. Whoever applies this has sent {@code generation.queued.v1} before. */
    record Requested(Generation generation) implements Change {
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
    }
}
