package io.atelier.worker.consume;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one record that a share consumer holds, and the lock on it. Belongs to the consumer's thread.
 *
 * <p>A lock is renewed by three calls: {@code acknowledge(RENEW)}, {@code commitSync}, {@code poll}. Committing by
 * {@code poll} alone is not safe: if the broker's answer is late, the next {@code poll} fetches a foreign record, whose lock
 * then runs out in the client's buffer. And without the {@code poll}, which hands the same record back without fetching, the
 * record cannot be accepted later.
 */
final class HeldRecord {
    private static final Logger LOG = LoggerFactory.getLogger(HeldRecord.class);
    private static final Duration HAND_BACK = Duration.ofSeconds(2);

    private final ShareConsumer<byte[], byte[]> consumer;
    private ConsumerRecord<byte[], byte[]> record;

    HeldRecord(ShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> record) {
        this.consumer = consumer;
        this.record = record;
    }

    Delivery delivery() {
        return Delivery.of(record);
    }

    boolean isFrom(ShareConsumer<byte[], byte[]> other) {
        return other == consumer;
    }

    /** Lets another worker have the record now. */
    void giveBack() {
        LOG.warn("Locked {} beside the job in hand: releasing it", place());
        tell(AcknowledgeType.RELEASE);
    }

    /** Extends the lock. @return false if the record is no longer ours */
    boolean renew() {
        return tell(AcknowledgeType.RENEW) && isHandedBack();
    }

    private boolean isHandedBack() {
        boolean handedBack = false;
        try {
            for (ConsumerRecord<byte[], byte[]> next : consumer.poll(HAND_BACK)) {
                if (isSame(next)) {
                    record = next;
                    handedBack = true;
                } else {
                    giveBack(next);
                }
            }
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("Cannot take {} back after its renewal: {}", place(), e.getMessage());
        }
        return handedBack;
    }

    /**
     * Ends the lock.
     *
     * @return false if the broker did not take the acknowledgement: somebody else may hold the record by now
     */
    boolean acknowledge(AcknowledgeType type) {
        return tell(type);
    }

    private boolean tell(AcknowledgeType type) {
        try {
            consumer.acknowledge(record, type);
            Optional<KafkaException> refusal = refusal(consumer.commitSync());
            refusal.ifPresent(e -> LOG.warn("Kafka refused to {} {}: {}", type, place(), e.getMessage()));
            return refusal.isEmpty();
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("Cannot {} {}: {}", type, place(), e.getMessage());
            return false;
        }
    }

    private static Optional<KafkaException> refusal(Map<TopicIdPartition, Optional<KafkaException>> results) {
        return results.values().stream().flatMap(Optional::stream).findFirst();
    }

    private void giveBack(ConsumerRecord<byte[], byte[]> foreign) {
        LOG.warn("Got a second record while holding {}: releasing it", place());
        consumer.acknowledge(foreign, AcknowledgeType.RELEASE);
        refusal(consumer.commitSync()).ifPresent(e -> LOG.warn("Kafka refused the release: {}", e.getMessage()));
    }

    private boolean isSame(ConsumerRecord<byte[], byte[]> other) {
        return other.offset() == record.offset()
                && other.partition() == record.partition()
                && other.topic().equals(record.topic());
    }

    private String place() {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }
}
