package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.junit.jupiter.api.Test;

/** The order of calls that keeps a lock; that a real broker honours it is shown by the cluster test. */
class HeldRecordTest {
    private final ScriptedConsumer consumer = new ScriptedConsumer();
    private final ConsumerRecord<byte[], byte[]> record = record(5);
    private final HeldRecord held = new HeldRecord(consumer, record);

    @Test
    void a_lock_is_renewed_by_acknowledge_commit_and_a_poll_that_hands_the_record_back() {
        ConsumerRecord<byte[], byte[]> handedBack = record(5);
        consumer.polls.add(List.of(handedBack));

        assertThat(held.renew()).isTrue();
        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();

        assertThat(consumer.calls).containsExactly("RENEW 5", "commit", "poll", "ACCEPT 5", "commit");
        assertThat(consumer.lastAcknowledged)
                .as("the record that poll handed back")
                .isSameAs(handedBack);
    }

    @Test
    void a_refused_renewal_is_a_lost_lock() {
        consumer.refuseCommits = true;

        assertThat(held.renew()).isFalse();
        assertThat(consumer.calls).containsExactly("RENEW 5", "commit");
    }

    @Test
    void a_record_that_is_not_handed_back_is_lost() {
        assertThat(held.renew()).isFalse();
    }

    @Test
    void a_foreign_record_is_released_at_once() {
        consumer.polls.add(List.of(record(5), record(6)));

        assertThat(held.renew()).isTrue();
        assertThat(consumer.calls).containsExactly("RENEW 5", "commit", "poll", "RELEASE 6", "commit");
    }

    @Test
    void a_refused_acceptance_is_told() {
        consumer.refuseCommits = true;

        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset) {
        return new ConsumerRecord<>("requests", 0, offset, null, new byte[0]);
    }

    private static final class ScriptedConsumer extends MockShareConsumer<byte[], byte[]> {
        final List<String> calls = new ArrayList<>();
        final Deque<List<ConsumerRecord<byte[], byte[]>>> polls = new ArrayDeque<>();
        boolean refuseCommits;
        ConsumerRecord<byte[], byte[]> lastAcknowledged;

        @Override
        public synchronized void acknowledge(ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
            calls.add(type.name() + " " + record.offset());
            lastAcknowledged = record;
        }

        @Override
        public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
            calls.add("commit");
            return Map.of(
                    new TopicIdPartition(Uuid.ZERO_UUID, 0, "requests"),
                    refuseCommits ? Optional.of(new InvalidRecordStateException("not yours")) : Optional.empty());
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            calls.add("poll");
            List<ConsumerRecord<byte[], byte[]>> records = polls.isEmpty() ? List.of() : polls.pop();
            return new ConsumerRecords<>(Map.of(new TopicPartition("requests", 0), records), Map.of());
        }
    }
}
