package io.atelier.gateway.jobs;

import io.atelier.gateway.kafka.Follower;
import io.atelier.message.Topics;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Passes events and progress on to {@link GenerationUpdates} as they happen. Every gateway hears all of them, from now on;
 * what was before is in the job store.
 */
public final class UpdateListener implements Follower.Handler {
    private final ChangeReader reader;
    private final GenerationUpdates updates;
    private final Consequences consequences;
    private final Topics topics;

    public UpdateListener(ChangeReader reader, GenerationUpdates updates, Consequences consequences, Topics topics) {
        this.reader = reader;
        this.updates = updates;
        this.consequences = consequences;
        this.topics = topics;
    }

    @Override
    public void start(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = Stream.of(topics.events(), topics.progress())
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toList());
        consumer.assign(partitions);
        // Not seekToEnd, which would look for the end only at the next poll.
        consumer.endOffsets(partitions).forEach(consumer::seek);
    }

    @Override
    public void handle(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        records.forEach(record -> reader.read(record).ifPresent(change -> {
            updates.publish(change.generation());
            consequences.progressed(change);
        }));
    }
}
