package io.atelier.local;

import static org.awaitility.Awaitility.await;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.testing.AsyncApiDocument;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Everything that goes through the cluster's topics, from the beginning. */
final class EventLog implements AutoCloseable {
    private static final Set<String> TOLD = Set.of(TestCluster.TOPICS.events(), TestCluster.TOPICS.progress());
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final MessageCodec codec = new MessageCodec(TestCluster.TOPICS, URI.create("/test"));
    private final List<ConsumerRecord<byte[], byte[]>> records = new CopyOnWriteArrayList<>();
    private final Thread reader;
    private volatile boolean closed;

    record Event(EventType type, String id, Generation generation) {}

    EventLog(String bootstrapServers) {
        reader = new Thread(() -> read(bootstrapServers), "event-log");
        reader.start();
    }

    private void read(String bootstrapServers) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "fetch.max.bytes", 32 * 1024 * 1024);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = Stream.concat(
                            TestCluster.TOPICS.requests().stream(),
                            Stream.of(
                                    TestCluster.TOPICS.events(),
                                    TestCluster.TOPICS.progress(),
                                    TestCluster.TOPICS.cancellations(),
                                    TestCluster.TOPICS.workers(),
                                    TestCluster.TOPICS.dlq()))
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (!closed) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
    }

    /** Waits for the end of a generation. */
    Generation awaitEnd(String id) {
        return await("the end of " + id)
                .atMost(PATIENCE)
                .until(() -> ends(id), ends -> !ends.isEmpty())
                .get(0)
                .generation();
    }

    List<Event> awaitEvents(String id, EventType type, int count) {
        return await(count + " " + type + " of " + id)
                .atMost(PATIENCE)
                .until(() -> of(id, type), found -> found.size() >= count);
    }

    List<Event> ends(String id) {
        return events(id).filter(e -> e.generation().status().terminal()).toList();
    }

    List<Event> of(String id, EventType type) {
        return events(id).filter(e -> e.type() == type).toList();
    }

    /** The dead letter whose value starts with these characters. */
    ConsumerRecord<byte[], byte[]> awaitDeadLetter(String start) {
        return await("a dead letter " + start)
                .atMost(PATIENCE)
                .until(() -> deadLetters(start), letters -> !letters.isEmpty())
                .get(0);
    }

    private List<ConsumerRecord<byte[], byte[]>> deadLetters(String start) {
        return records.stream()
                .filter(record -> record.topic().equals(TestCluster.TOPICS.dlq()))
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).startsWith(start))
                .toList();
    }

    private Stream<Event> events(String id) {
        byte[] key = GenerationId.ofKey(id).orElseThrow().key().getBytes(StandardCharsets.UTF_8);
        return records.stream()
                .filter(record -> TOLD.contains(record.topic()))
                .filter(record -> java.util.Arrays.equals(key, record.key()))
                .map(record -> new Event(
                        codec.typeOf(record).orElseThrow(), header(record, "ce_id"), codec.readGeneration(record)));
    }

    /** Of one generation: its request, its events, its progress. */
    List<ConsumerRecord<byte[], byte[]>> records(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        return records.stream()
                .filter(record -> java.util.Arrays.equals(key, record.key()))
                .toList();
    }

    /** The types of all that the cluster itself wrote so far; dead letters as {@code dlq}. */
    Set<String> typesOfOurs() {
        return ours().map(record -> record.topic().equals(TestCluster.TOPICS.dlq())
                        ? "dlq"
                        : String.valueOf(header(record, "ce_type")))
                .collect(Collectors.toSet());
    }

    /** What the AsyncAPI document has against what the cluster itself wrote so far. */
    List<String> problems() {
        AsyncApiDocument document = AsyncApiDocument.load();
        return ours().flatMap(record -> document.problems(record, TestCluster.TOPICS).stream()
                        .map(problem -> record.topic() + "@" + record.offset() + ": " + problem))
                .toList();
    }

    /** On the topics that anybody may write to, what carries our name. */
    private Stream<ConsumerRecord<byte[], byte[]>> ours() {
        return records.stream()
                .filter(record -> !TestCluster.TOPICS.requests().contains(record.topic())
                                && !record.topic().equals(TestCluster.TOPICS.cancellations())
                        || "/atelier/gateway".equals(header(record, "ce_source")));
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed = true;
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
