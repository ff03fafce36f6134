package io.atelier.worker.share;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does with a consumer group what a share group does, for brokers that know no share groups.
 *
 * <p>A record in hand holds its partition up: no other record of it is taken before the first has met its end, so that the
 * committed offset says all there is to say. All other partitions of this member go on. Everything is paused but for the
 * moments in which a record is asked for; polling then only keeps the membership.
 *
 * <p>Before a record is handed out, the number of the attempt is committed with its offset ({@link AttemptMark}). Renewing
 * commits it again, which only a member can do that still owns the partition. As with a share group, a record that was
 * neither acknowledged nor renewed for as long as its lock lasts can be taken anew.
 */
public final class ClassicGroup implements ShareGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ClassicGroup.class);
    private static final Duration MOMENT = Duration.ofMillis(50);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);
    /** How long a broker holds a fetch back. Other requests queue behind it, so a shorter wait is a quicker start. */
    private static final int FETCH_WAIT_MS = 100;
    /** Requests are small, and of each partition one is read at a time. */
    private static final int FETCH_BYTES = 128 * 1024;

    private static final int METADATA_AGE_MS = 30_000;

    private final Consumer<byte[], byte[]> consumer;
    private final Duration lock;
    /** The records in hand, at most one of a partition. */
    private final Map<TopicPartition, Hold> holds = new HashMap<>();

    private final Map<TopicPartition, AttemptMark> marks = new HashMap<>();

    /**
     * @param settings of a Kafka client: where the brokers are, and how to be let in
     * @param topics   all that will ever be asked for
     * @param lock     how long a record stays with a member that gives no sign of life
     */
    public ClassicGroup(Map<String, Object> settings, String group, List<String> topics, Duration lock) {
        this.lock = lock;
        this.consumer = new KafkaConsumer<>(
                complete(settings, group, lock), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(topics, new Rebalance());
    }

    private static Map<String, Object> complete(Map<String, Object> settings, String group, Duration lock) {
        int lockMs = (int) lock.toMillis();
        Map<String, Object> complete = new HashMap<>(settings);
        complete.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        complete.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // Moves as few partitions as can be: each that moves breaks off a job.
        complete.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        complete.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        complete.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        complete.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Partitions that were added are found by then.
        complete.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE_MS);
        complete.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        complete.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        complete.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        // A process that is gone and a loop that hangs: both give no sign of life.
        complete.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, lockMs);
        complete.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, lockMs);
        complete.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, lockMs / 10);
        return complete;
    }

    @Override
    public Optional<HeldRecord> take(List<String> topics, Duration patience) {
        try {
            attend();
            return patience.isZero() ? takeWaiting(topics) : fetch(free(topics), patience);
        } catch (RetriableException e) {
            LOG.warn("Cannot take a record now: {}", e.toString());
            return Optional.empty();
        }
    }

    /** A poll without patience would find only what an earlier one has fetched, so the brokers are asked what there is. */
    private Optional<HeldRecord> takeWaiting(List<String> topics) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(free(topics), CALL_LIMIT);
        long start = System.nanoTime();
        Optional<HeldRecord> held = Optional.empty();
        Set<TopicPartition> waiting = behind(topics, ends);
        while (held.isEmpty() && !waiting.isEmpty() && System.nanoTime() - start < CALL_LIMIT.toNanos()) {
            held = fetch(waiting, MOMENT);
            // What lies before the end may be no more than the marks of transactions.
            waiting = behind(topics, ends);
        }
        return held;
    }

    private Set<TopicPartition> behind(List<String> topics, Map<TopicPartition, Long> ends) {
        Set<TopicPartition> behind = free(topics);
        behind.removeIf(partition -> consumer.position(partition, CALL_LIMIT) >= ends.getOrDefault(partition, 0L));
        return behind;
    }

    /** The partitions of these topics that are ours and have no record in hand. */
    private Set<TopicPartition> free(List<String> topics) {
        Set<TopicPartition> free = new HashSet<>(consumer.assignment());
        free.removeIf(partition -> !topics.contains(partition.topic()) || holds.containsKey(partition));
        return free;
    }

    private Optional<HeldRecord> fetch(Set<TopicPartition> partitions, Duration patience) {
        ConsumerRecords<byte[], byte[]> records;
        consumer.resume(partitions);
        try {
            records = consumer.poll(patience);
        } finally {
            consumer.pause(consumer.assignment());
        }
        // One at the most: max.poll.records.
        return records.isEmpty() ? Optional.empty() : hold(records.iterator().next());
    }

    private Optional<HeldRecord> hold(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        AttemptMark last = marks.computeIfAbsent(partition, this::committed);
        Hold hold = new Hold(partition, last.start(record.offset()));
        holds.put(partition, hold);
        try {
            commit(hold, hold.mark.toCommit());
        } catch (KafkaException e) {
            LOG.warn("Cannot begin with {}@{}: {}", partition, record.offset(), e.getMessage());
            giveBack(hold);
            return Optional.empty();
        }
        marks.put(partition, hold.mark);
        return Optional.of(new HeldRecord(numbered(record, hold.mark.attempts()), type -> tell(hold, type)));
    }

    private AttemptMark committed(TopicPartition partition) {
        return AttemptMark.of(consumer.committed(Set.of(partition), CALL_LIMIT).get(partition));
    }

    private static ConsumerRecord<byte[], byte[]> numbered(ConsumerRecord<byte[], byte[]> record, int attempt) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                record.value(),
                record.headers(),
                record.leaderEpoch(),
                Optional.of((short) attempt));
    }

    private void tell(Hold hold, AcknowledgeType type) {
        hold.refuseIfLost();
        try {
            switch (type) {
                case RENEW -> renew(hold);
                case RELEASE -> giveBack(hold);
                case ACCEPT, REJECT -> {
                    commit(hold, hold.mark.afterwards());
                    end(hold);
                }
            }
        } catch (KafkaException e) {
            giveBack(hold);
            throw e;
        }
    }

    private void renew(Hold hold) {
        try {
            consumer.commitSync(Map.of(hold.partition, hold.mark.toCommit()), CALL_LIMIT);
        } catch (RebalanceInProgressException e) {
            // Until the rebalance is over, what was ours is ours.
            LOG.debug("{} is renewed in the midst of a rebalance", hold.partition);
        }
        hold.since = System.nanoTime();
    }

    /** @throws KafkaException if the partition is no longer ours, or no answer came */
    private void commit(Hold hold, OffsetAndMetadata offset) {
        long start = System.nanoTime();
        while (true) {
            try {
                consumer.commitSync(Map.of(hold.partition, offset), CALL_LIMIT);
                return;
            } catch (RebalanceInProgressException e) {
                if (System.nanoTime() - start > CALL_LIMIT.toNanos()) {
                    throw e;
                }
                pollPaused(MOMENT);
                hold.refuseIfLost();
            }
        }
    }

    private void end(Hold hold) {
        hold.lost = true;
        holds.remove(hold.partition, hold);
    }

    /** Whoever owns the partition takes the record next. */
    private void giveBack(Hold hold) {
        if (!hold.lost) {
            end(hold);
            consumer.seek(hold.partition, hold.mark.offset());
        }
    }

    @Override
    public void stayMember() {
        try {
            attend();
        } catch (KafkaException e) {
            // Whoever takes the next record is told; the one in hand has nothing to do with it.
            LOG.warn("The consumer group cannot be attended: {}", e.getMessage());
        }
    }

    private void attend() {
        pollPaused(Duration.ZERO);
        List.copyOf(holds.values()).stream()
                .filter(hold -> System.nanoTime() - hold.since > lock.toNanos())
                .forEach(this::giveBack);
    }

    private void pollPaused(Duration patience) {
        if (!consumer.poll(patience).isEmpty()) {
            throw new IllegalStateException("A record came although every partition is paused");
        }
    }

    @Override
    public void close() {
        List.copyOf(holds.values()).forEach(this::end);
        try {
            consumer.close();
        } catch (KafkaException e) {
            LOG.warn("The consumer group was not left cleanly: {}", e.getMessage());
        }
    }

    /** A record in hand. */
    private static final class Hold {
        private final TopicPartition partition;
        private final AttemptMark mark;
        private long since = System.nanoTime();
        private boolean lost;

        Hold(TopicPartition partition, AttemptMark mark) {
            this.partition = partition;
            this.mark = mark;
        }

        void refuseIfLost() {
            if (lost) {
                throw new InvalidRecordStateException("It is no longer in our hands");
            }
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
        }

        /** The partitions are still ours in here. */
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.stream().filter(holds::containsKey).map(holds::get).forEach(this::takeAttemptBack);
            onPartitionsLost(partitions);
        }

        /** That others came or went is no fault of the job. */
        private void takeAttemptBack(Hold hold) {
            try {
                consumer.commitSync(
                        Map.of(hold.partition, hold.mark.withoutLast().toCommit()), CALL_LIMIT);
            } catch (KafkaException e) {
                LOG.warn("The attempt at {}@{} counts: {}", hold.partition, hold.mark.offset(), e.getMessage());
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            marks.keySet().removeAll(partitions);
            partitions.stream()
                    .filter(holds::containsKey)
                    .map(holds::get)
                    .toList()
                    .forEach(ClassicGroup.this::end);
        }
    }
}
