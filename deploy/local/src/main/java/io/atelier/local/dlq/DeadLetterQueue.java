package io.atelier.local.dlq;

import io.atelier.local.cluster.ClusterFailure;
import io.atelier.message.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The dead letters of a cluster. Reading them changes nothing. */
public final class DeadLetterQueue {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int LARGEST_RECORD = 16 * 1024 * 1024;

    private final Map<String, Object> settings;
    private final Topics topics;

    /** @param settings of a Kafka client, {@code bootstrap.servers} at least */
    public DeadLetterQueue(Map<String, Object> settings, Topics topics) {
        this.settings = Map.copyOf(settings);
        this.topics = topics;
    }

    /**
     * All that are there now, the oldest first.
     *
     * @throws ClusterFailure with a sentence that names the broker
     */
    public List<DeadLetter> read() {
        Map<String, Object> reading = new HashMap<>(settings);
        reading.put("enable.auto.commit", false);
        reading.put("allow.auto.create.topics", false);
        reading.put("default.api.timeout.ms", (int) PATIENCE.toMillis());
        reading.put("request.timeout.ms", (int) PATIENCE.toMillis());
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return read(consumer);
        } catch (KafkaException e) {
            throw failure("read", e);
        }
    }

    private List<DeadLetter> read(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topics.dlq()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new ClusterFailure(
                    "There is no topic " + topics.dlq() + " at " + bootstrapServers() + "; is --prefix right?");
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        List<DeadLetter> letters = new ArrayList<>();
        long lastNews = System.nanoTime();
        while (!partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
            int before = letters.size();
            consumer.poll(POLL).forEach(record -> letters.add(new DeadLetter(record)));
            if (letters.size() > before) {
                lastNews = System.nanoTime();
            } else if (System.nanoTime() - lastNews > PATIENCE.toNanos()) {
                throw new ClusterFailure(topics.dlq() + " at " + bootstrapServers() + " cannot be read to its end");
            }
        }
        return letters;
    }

    /**
     * Puts requests back, each as a new record whose deliveries are counted anew. The dead letters stay. Returns when Kafka
     * has all of them.
     *
     * @throws ClusterFailure if one is no request, in which case none is put back, or with how many were when Kafka failed
     */
    public void replay(List<DeadLetter> letters) {
        List<ProducerRecord<byte[], byte[]>> requests =
                letters.stream().map(letter -> letter.replay(topics)).toList();
        Map<String, Object> writing = new HashMap<>(settings);
        writing.put("acks", "all");
        writing.put("enable.idempotence", true);
        writing.put("max.request.size", LARGEST_RECORD);
        writing.put("max.block.ms", (int) PATIENCE.toMillis());
        writing.put("request.timeout.ms", (int) PATIENCE.dividedBy(2).toMillis());
        writing.put("delivery.timeout.ms", (int) PATIENCE.toMillis());
        int sent = 0;
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ProducerRecord<byte[], byte[]> request : requests) {
                producer.send(request).get();
                sent++;
            }
        } catch (ExecutionException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            throw failure("put back after " + sent + " of " + requests.size(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("put back after " + sent + " of " + requests.size(), e);
        }
    }

    private ClusterFailure failure(String what, Throwable cause) {
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return new ClusterFailure(
                "Dead letters at " + bootstrapServers() + " cannot be " + what + ": " + reason.getMessage());
    }

    private Object bootstrapServers() {
        return settings.get("bootstrap.servers");
    }
}
