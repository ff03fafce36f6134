package io.atelier.gateway.jobs;

import io.atelier.gateway.kafka.Follower;
import io.atelier.job.GenerationId;
import io.atelier.message.CancellationRecords;
import io.atelier.message.Topics;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps the job store in step with the topics. Each batch goes into the store in one transaction with its offsets, and
 * reading goes on from the offsets in the store, so a crash at any point loses nothing and counts nothing twice.
 *
 * <p>A request that is new gets its {@code generation.queued.v1} before the transaction ends. That event can be sent again
 * after a crash (with the same {@code ce_id}), and it can come after {@code started}, because workers do not wait for it.
 *
 * <p>After an assignment the events are read to their end before the first request: in a store that was lost or is new, old
 * requests then find that they were announced long ago.
 */
public final class JobEventListener implements Follower.Handler {
    private static final System.Logger LOG = System.getLogger(JobEventListener.class.getName());

    /** Told how many records of a topic were read. Thread safe. */
    public interface Counter {
        void count(String topic, boolean readable);
    }

    private final Jobs jobs;
    private final ChangeReader reader;
    private final Topics topics;
    private final Counter counter;
    private final Map<TopicPartition, Long> eventsToCatchUp = new HashMap<>();
    private volatile boolean caughtUp;
    private volatile long lag;

    public JobEventListener(Jobs jobs, ChangeReader reader, Topics topics, Counter counter) {
        this.jobs = jobs;
        this.reader = reader;
        this.topics = topics;
        this.counter = counter;
    }

    @Override
    public void start(Consumer<byte[], byte[]> consumer) {
        List<String> names = new ArrayList<>(topics.requests());
        names.add(topics.events());
        names.add(topics.cancellations());
        consumer.subscribe(names, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                seek(consumer, partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                eventsToCatchUp.keySet().removeAll(partitions);
            }
        });
    }

    private void seek(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> stored = jobs.nextOffsets();
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long next = stored.getOrDefault(partition, 0L);
            if (next > ends.get(partition)) {
                LOG.log(Level.WARNING, partition + " ends before the stored offset " + next + ": reading it anew");
                jobs.forgetOffset(partition);
                next = 0;
            }
            next = Math.max(next, beginnings.get(partition));
            consumer.seek(partition, next);
            if (partition.topic().equals(topics.events()) && next < ends.get(partition)) {
                eventsToCatchUp.put(partition, ends.get(partition));
            }
        }
        if (!eventsToCatchUp.isEmpty()) {
            consumer.pause(requestPartitions(consumer));
        }
        caughtUp = eventsToCatchUp.isEmpty();
    }

    /** Whether the store knows every event that there was at the latest assignment. */
    public boolean caughtUp() {
        return caughtUp;
    }

    /** Records that the store does not know yet, as far as this gateway reads them. */
    public long lag() {
        return lag;
    }

    @Override
    public void handle(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        if (records.isEmpty()) {
            requireNotEmptied();
        } else {
            // Before the store has them: should it be away, this is what it lacks at least.
            lag = records.count() + unread(consumer);
            Map<Boolean, Map<TopicPartition, Long>> next = nextOffsets(records);
            if (!next.get(false).isEmpty()) {
                apply(read(records), next.get(false));
            }
            if (!next.get(true).isEmpty()) {
                jobs.cancelRequested(cancellations(records), next.get(true));
            }
        }
        if (!eventsToCatchUp.isEmpty()) {
            eventsToCatchUp.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
            if (eventsToCatchUp.isEmpty()) {
                consumer.resume(requestPartitions(consumer));
                caughtUp = true;
            }
        }
        lag = unread(consumer);
    }

    /** So that a store that is emptied while nothing happens is filled again all the same. */
    private void requireNotEmptied() {
        boolean emptied;
        try {
            emptied = jobs.wasEmptied();
        } catch (JobsException e) {
            LOG.log(Level.DEBUG, "The job store is away, and there is nothing for it", e);
            return;
        }
        if (emptied) {
            throw JobsException.emptied();
        }
    }

    private static long unread(Consumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
    }

    private List<TopicPartition> requestPartitions(Consumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                .filter(partition -> !partition.topic().equals(topics.events()))
                .toList();
    }

    /** In the order of the records. */
    private List<Change> read(ConsumerRecords<byte[], byte[]> records) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records.count());
        records.forEach(record -> {
            if (!isOfCancellations(record.topic())) {
                all.add(record);
            }
        });
        return AllCores.map(all, this::read).stream().flatMap(Optional::stream).toList();
    }

    private boolean isOfCancellations(String topic) {
        return topic.equals(topics.cancellations());
    }

    /** As the workers understand them, whatever else a record says. */
    private Map<GenerationId, Optional<Instant>> cancellations(ConsumerRecords<byte[], byte[]> records) {
        Map<GenerationId, Optional<Instant>> requests = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records.records(topics.cancellations())) {
            Optional<GenerationId> id = CancellationRecords.idOf(record);
            counter.count(record.topic(), id.isPresent());
            Optional<Instant> at =
                    Optional.ofNullable(record.value()).map(value -> Instant.ofEpochMilli(record.timestamp()));
            id.ifPresent(of -> requests.put(of, at));
        }
        return requests;
    }

    private Optional<Change> read(ConsumerRecord<byte[], byte[]> record) {
        Optional<Change> change = reader.read(record);
        counter.count(record.topic(), change.isPresent());
        return change;
    }

    private void apply(List<Change> changes, Map<TopicPartition, Long> nextOffsets) {
        try {
            jobs.apply(changes, nextOffsets);
        } catch (RuntimeException e) {
            refuseUnlessAboutData(e);
            changes.forEach(this::applyAlone);
            jobs.apply(List.of(), nextOffsets);
        }
    }

    /** What the store can never hold must not stop what comes after it. */
    private void applyAlone(Change change) {
        try {
            jobs.apply(List.of(change), Map.of());
        } catch (RuntimeException e) {
            refuseUnlessAboutData(e);
            LOG.log(Level.WARNING, "Passing over news of " + change.generation().id() + ": " + e.getMessage());
        }
    }

    private static void refuseUnlessAboutData(RuntimeException e) {
        if (!JobsException.isAboutData(e)) {
            throw e;
        }
    }

    /** Those of cancellations apart from the others. */
    private Map<Boolean, Map<TopicPartition, Long>> nextOffsets(ConsumerRecords<byte[], byte[]> records) {
        return records.nextOffsets().entrySet().stream()
                .collect(Collectors.partitioningBy(
                        next -> isOfCancellations(next.getKey().topic()),
                        Collectors.toMap(
                                Map.Entry::getKey, next -> next.getValue().offset())));
    }
}
