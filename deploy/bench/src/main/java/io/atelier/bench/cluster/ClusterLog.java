package io.atelier.bench.cluster;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a cluster has told the world so far, from the beginning: events and dead letters, without the progress. */
public final class ClusterLog implements AutoCloseable {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    private final MessageCodec codec = new MessageCodec(TOPICS, URI.create("/bench"));
    private final Map<String, List<Told>> events = new ConcurrentHashMap<>();
    private final Map<Place, Letter> letters = new ConcurrentHashMap<>();
    private final Thread reader;
    private volatile boolean closed;

    /**
     * An event.
     *
     * @param eventId    the same for the same event, told again
     * @param failure    why it failed; null if it did not
     * @param toldAt     by the clock of whoever told it
     */
    public record Told(
            String id,
            EventType type,
            String eventId,
            GenerationStatus status,
            int attempt,
            String worker,
            ErrorCode failure,
            Instant toldAt,
            Generation generation) {}

    /** Where a record stood. */
    public record Place(String topic, long offset) {}

    /** A dead letter, found by the place of the record that it was. */
    public record Letter(String key, byte[] value, String reasonCode, String reason, int attempts) {}

    ClusterLog(String bootstrapServers) {
        reader = new Thread(() -> read(bootstrapServers), "cluster-log");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "fetch.max.bytes",
                32 * 1024 * 1024,
                "reconnect.backoff.max.ms",
                500);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = Stream.of(TOPICS.events(), TOPICS.dlq())
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (!closed) {
                consumer.poll(Duration.ofMillis(100)).forEach(this::add);
            }
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(TOPICS.dlq())) {
            Place place = new Place(header(record, "dlq_topic"), Long.parseLong(header(record, "dlq_offset")));
            letters.put(
                    place,
                    new Letter(
                            text(record.key()),
                            record.value(),
                            header(record, "dlq_reason_code"),
                            header(record, "dlq_reason"),
                            Integer.parseInt(header(record, "dlq_attempts"))));
            return;
        }
        Generation generation = codec.readGeneration(record);
        String id = generation.id().value();
        Told told = new Told(
                id,
                codec.typeOf(record).orElseThrow(),
                header(record, "ce_id"),
                generation.status(),
                generation.attempt(),
                generation.worker(),
                generation.error() == null ? null : generation.error().code(),
                Instant.parse(header(record, "ce_time")),
                generation);
        events.computeIfAbsent(id, any -> new CopyOnWriteArrayList<>()).add(told);
    }

    /** All events of one generation, in their order. */
    public List<Told> of(String id) {
        return events.getOrDefault(id, List.of());
    }

    public List<Told> of(String id, EventType type) {
        return of(id).stream().filter(told -> told.type() == type).toList();
    }

    /** The events that told of an end of the generation. */
    public List<Told> ends(String id) {
        return of(id).stream().filter(told -> told.status().terminal()).toList();
    }

    public boolean hasEnded(String id) {
        return !ends(id).isEmpty();
    }

    public boolean haveEnded(Collection<String> ids) {
        return ids.stream().allMatch(this::hasEnded);
    }

    public Map<String, List<Told>> all() {
        return Map.copyOf(events);
    }

    public Map<Place, Letter> letters() {
        return Map.copyOf(letters);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : text(header.value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
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
