package io.atelier.gateway.kafka;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Makes the gateway's Kafka clients. Whoever asks for one closes it. */
public interface KafkaClients {

    /**
     * Waits for the broker and makes what is missing there.
     *
     * @throws io.atelier.error.GenerationException BROKER_UNAVAILABLE with a sentence that names the broker
     */
    void prepareCluster();

    /** Takes a record only when all replicas in sync have it, and once. */
    Producer<byte[], byte[]> producer();

    /** A member of the group that keeps the job store up to date; it commits nothing, offsets are kept in the store. */
    Consumer<byte[], byte[]> groupMember();

    /** A consumer without a group, for what every gateway must hear itself. */
    Consumer<byte[], byte[]> observer();

    /**
     * How many records of each request topic no worker has finished yet, those in hand included. A topic is missing while
     * the workers' group has not begun with it.
     *
     * @throws io.atelier.error.GenerationException BROKER_UNAVAILABLE
     */
    Map<String, Long> backlog();

    /** Whether the broker answers within a moment; blocks that long at most. */
    boolean brokerAnswers();
}
