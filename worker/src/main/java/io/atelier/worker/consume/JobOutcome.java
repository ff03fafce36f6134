package io.atelier.worker.consume;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;

/** What became of one delivery of a record, and so what Kafka is told about it. */
public sealed interface JobOutcome {

    /** What Kafka is told; empty if the record is no longer ours to speak about. */
    Optional<AcknowledgeType> acknowledgement();

    /** How long to hold the record before Kafka is told. */
    default Duration delay() {
        return Duration.ZERO;
    }

    /** The generation has its end, good or bad, and everybody was told. */
    record Finished() implements JobOutcome {
        @Override
        public Optional<AcknowledgeType> acknowledgement() {
            return Optional.of(AcknowledgeType.ACCEPT);
        }
    }

    /** Another try, here or elsewhere, can succeed after {@code delay}. */
    record Retry(Duration delay) implements JobOutcome {
        @Override
        public Optional<AcknowledgeType> acknowledgement() {
            return Optional.of(AcknowledgeType.RELEASE);
        }
    }

    /** The job was stopped before its end; whoever gets the record next draws it. */
    record Abandoned() implements JobOutcome {
        @Override
        public Optional<AcknowledgeType> acknowledgement() {
            return Optional.of(AcknowledgeType.RELEASE);
        }
    }
}
