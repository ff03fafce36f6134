package io.atelier.worker.consume;

import java.time.Duration;
import org.apache.kafka.clients.consumer.AcknowledgeType;

/** What became of one delivery of a record, and so what Kafka is told about it, if the record is still ours. */
public sealed interface JobOutcome {

    /** What Kafka is told. */
    AcknowledgeType acknowledgement();

    /** How long to hold the record before Kafka is told. */
    default Duration delay() {
        return Duration.ZERO;
    }

    /** The generation has its end, good or bad, and everybody was told. */
    record Finished() implements JobOutcome {
        @Override
        public AcknowledgeType acknowledgement() {
            return AcknowledgeType.ACCEPT;
        }
    }

    /** Another try, here or elsewhere, can succeed after {@code delay}. */
    record Retry(Duration delay) implements JobOutcome {
        @Override
        public AcknowledgeType acknowledgement() {
            return AcknowledgeType.RELEASE;
        }
    }

    /** The job was stopped before its end; whoever gets the record next draws it. */
    record Abandoned() implements JobOutcome {
        @Override
        public AcknowledgeType acknowledgement() {
            return AcknowledgeType.RELEASE;
        }
    }
}
