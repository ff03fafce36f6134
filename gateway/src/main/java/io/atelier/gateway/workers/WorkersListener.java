package io.atelier.gateway.workers;

import io.atelier.error.GenerationException;
import io.atelier.gateway.kafka.Follower;
import io.atelier.job.WorkerStatus;
import io.atelier.message.Topics;
import io.atelier.message.WorkerCodec;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Reads the heartbeats of all workers, from the beginning of their compacted topic. Every gateway hears all of them. */
public final class WorkersListener implements Follower.Handler {
    private static final System.Logger LOG = System.getLogger(WorkersListener.class.getName());

    private final WorkerCodec codec;
    private final LiveWorkers workers;
    private final Topics topics;
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    public WorkersListener(WorkerCodec codec, LiveWorkers workers, Topics topics) {
        this.codec = codec;
        this.workers = workers;
        this.topics = topics;
    }

    @Override
    public void start(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topics.workers()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.beginningOffsets(partitions).forEach(consumer::seek);
        ends.clear();
        ends.putAll(consumer.endOffsets(partitions));
    }

    @Override
    public void handle(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        records.forEach(this::read);
        if (!workers.known()
                && ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            workers.allFound();
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        try {
            WorkerStatus status = codec.read(record).orElse(null);
            if (status == null) {
                workers.left(WorkerCodec.workerOf(record));
            } else if (!isWhole(status) || !status.id().equals(WorkerCodec.workerOf(record))) {
                passOver(record);
            } else if (record.offset() < ends.getOrDefault(partition(record), 0L)) {
                workers.found(status);
            } else {
                workers.heard(status);
            }
        } catch (GenerationException e) {
            passOver(record);
        }
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private static boolean isWhole(WorkerStatus status) {
        return status.model() != null
                && status.state() != null
                && status.capabilities() != null
                && status.startedAt() != null
                && status.at() != null
                && status.intervalMs() > 0;
    }

    private static void passOver(ConsumerRecord<byte[], byte[]> record) {
        LOG.log(Level.DEBUG, "No heartbeat in " + partition(record) + "@" + record.offset());
    }
}
