package io.atelier.worker.share;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * One member's end of a Kafka share group (KIP-932): takes single records, each under a lock of its own. Belongs to one
 * thread.
 *
 * <p>Between two calls nothing is asked of the broker, so that nothing is ever locked that nobody has in hand.
 */
public interface ShareGroup extends AutoCloseable {

    /**
     * Waits for one record of any of these topics, in no order among them.
     *
     * @param patience how long the brokers hold the request back while there is none; zero asks once
     * @throws KafkaException if the group cannot be used any more; another member may do better
     */
    Optional<HeldRecord> take(List<String> topics, Duration patience);

    /** Sends the heartbeat that is due, without waiting. To be called several times a second while no record is taken. */
    void stayMember();

    /** Leaves the group; what is still held goes to others at once. */
    @Override
    void close();
}
