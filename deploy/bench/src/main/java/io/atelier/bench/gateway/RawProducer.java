package io.atelier.bench.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own producer with {@code acks=all}, sending what others sent to a topic that nobody reads. */
final class RawProducer implements AutoCloseable {
    private static final String TOPIC = "bench.raw";

    private final List<ProducerRecord<byte[], byte[]>> records;
    private final Producer<byte[], byte[]> producer;
    private final AtomicLong next = new AtomicLong();

    private RawProducer(List<ProducerRecord<byte[], byte[]>> records, Producer<byte[], byte[]> producer) {
        this.records = records;
        this.producer = producer;
    }

    /** @param source topic of one partition, whose first records are sent again and again, with key, value and headers */
    static RawProducer of(String kafka, String source, int atMost) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = read(kafka, new TopicPartition(source, 0), atMost);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
        return new RawProducer(
                records,
                new KafkaProducer<>(
                        // As the gateway's: idempotent, and sending at once what waits.
                        Map.of("bootstrap.servers", kafka, "acks", "all", "linger.ms", 0),
                        new ByteArraySerializer(),
                        new ByteArraySerializer()));
    }

    private static List<ProducerRecord<byte[], byte[]>> read(String kafka, TopicPartition source, int atMost) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(source));
            consumer.seekToBeginning(List.of(source));
            long wanted = Math.min(atMost, consumer.endOffsets(List.of(source)).get(source));
            while (records.size() < wanted) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    records.add(new ProducerRecord<>(TOPIC, 0, record.key(), record.value(), record.headers()));
                }
            }
        }
        return records;
    }

    private ProducerRecord<byte[], byte[]> record() {
        // A producer makes the headers of what it has sent unchangeable, but never changes them itself.
        return records.get((int) (next.getAndIncrement() % records.size()));
    }

    /** Each thread waits for the acknowledgement of its record before it sends the next. @return records a second */
    double waiting(int threads, Duration time) throws Exception {
        AtomicLong acknowledged = new AtomicLong();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(() -> {
                    while (System.nanoTime() < end) {
                        producer.send(record()).get();
                        acknowledged.incrementAndGet();
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(all)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        return acknowledged.get() * 1e9 / (System.nanoTime() - start);
    }

    /** One thread that never waits, but for room in the producer's buffer. @return records a second, acknowledged */
    double streaming(Duration time) {
        AtomicLong sent = new AtomicLong();
        AtomicReference<Exception> failed = new AtomicReference<>();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        while (System.nanoTime() < end) {
            sent.incrementAndGet();
            producer.send(record(), (metadata, failure) -> {
                if (failure != null) {
                    failed.set(failure);
                }
            });
        }
        producer.flush();
        if (failed.get() != null) {
            throw new IllegalStateException(failed.get());
        }
        return sent.get() * 1e9 / (System.nanoTime() - start);
    }

    @Override
    public void close() {
        producer.close();
    }
}
