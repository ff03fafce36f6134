package io.atelier.worker.share;

import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A record that a member of a share group holds, and the lock on it. Belongs to the member's thread. */
public final class HeldRecord {
    private static final Logger LOG = LoggerFactory.getLogger(HeldRecord.class);

    private final ConsumerRecord<byte[], byte[]> record;
    private final Consumer<AcknowledgeType> broker;

    /** @param broker tells the broker, waits for its answer, and throws a {@link KafkaException} if that is a refusal */
    public HeldRecord(ConsumerRecord<byte[], byte[]> record, Consumer<AcknowledgeType> broker) {
        this.record = record;
        this.broker = broker;
    }

    public ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    /**
     * Lets the lock begin anew.
     *
     * @return false if the record is no longer ours. True proves little: a broker says so, too, of a record that has met its
     *     end in other hands
     */
    public boolean renew() {
        return acknowledge(AcknowledgeType.RENEW);
    }

    /**
     * Ends the lock, or renews it.
     *
     * @return false if the broker did not take the acknowledgement: somebody else may hold the record by now
     */
    public boolean acknowledge(AcknowledgeType type) {
        try {
            broker.accept(type);
            return true;
        } catch (KafkaException e) {
            LOG.warn(
                    "Cannot {} {}-{}@{}: {}",
                    type,
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            return false;
        }
    }
}
