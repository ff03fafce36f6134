package io.atelier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.testing.AsyncApiDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What requests and events say once nothing is written any more, read without any code of the gateway. Each must be as the
 * AsyncAPI document says.
 */
final class TopicReader {
    /**
     * @param requested the ids of all requests
     * @param ends      the first end that was told of each generation
     * @param queued    whose {@code queued} event there is
     * @param offsets   where each partition ends
     */
    record Contents(
            Set<String> requested, Map<String, JsonNode> ends, Set<String> queued, Map<TopicPartition, Long> offsets) {}

    private TopicReader() {}

    static Contents read(String bootstrapServers, Topics topics) {
        AsyncApiDocument document = AsyncApiDocument.load();
        MessageCodec codec = new MessageCodec(topics, URI.create("/test"));
        Contents contents = new Contents(new HashSet<>(), new HashMap<>(), new HashSet<>(), new HashMap<>());
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = Stream.concat(topics.requests().stream(), Stream.of(topics.events()))
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            contents.offsets.putAll(consumer.endOffsets(partitions));
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < contents.offsets.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    assertThat(document.problems(record, topics))
                            .as(record.toString())
                            .isEmpty();
                    read(record, codec, topics, contents);
                });
            }
        }
        return contents;
    }

    private static void read(
            ConsumerRecord<byte[], byte[]> record, MessageCodec codec, Topics topics, Contents contents) {
        String id = new String(record.key(), StandardCharsets.UTF_8);
        if (topics.requests().contains(record.topic())) {
            contents.requested.add(id);
            return;
        }
        Generation told = codec.readGeneration(record);
        if (told.status().terminal()) {
            contents.ends.putIfAbsent(id, json(record));
        } else if (codec.typeOf(record).equals(java.util.Optional.of(EventType.QUEUED))) {
            contents.queued.add(id);
        }
    }

    private static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Json.mapper().readTree(record.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
