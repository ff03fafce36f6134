package io.atelier.worker.event;

import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tells the world what happens to generations. */
public interface EventPublisher {

    /**
     * Stores an event and waits until it is safe.
     *
     * @throws GenerationException BROKER_UNAVAILABLE if it is not, within the configured time
     */
    void publish(EventType type, Generation generation);

    /** Tells of progress, without waiting: a progress event that is lost does no harm, a late picture does. */
    void publishProgress(Generation generation);

    /**
     * Sets a record aside, byte for byte, with the reason.
     *
     * @param attempt how often it was handed out
     * @throws GenerationException BROKER_UNAVAILABLE
     */
    void publishDeadLetter(ConsumerRecord<byte[], byte[]> record, int attempt, GenerationException reason);
}
