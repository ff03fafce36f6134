package io.atelier.gateway;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.kafka.KafkaClients;
import io.atelier.message.Topics;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker in memory: one partition a topic; whoever follows a topic gets what is produced to it. */
@Singleton
public class FakeKafka implements KafkaClients {
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> logs = new HashMap<>();
    private final List<FakeConsumer> consumers = new ArrayList<>();
    private boolean away;
    private Map<String, Long> backlog = Map.of();

    public FakeKafka() {
        List<String> names = new ArrayList<>(topics.requests());
        names.add(topics.events());
        names.add(topics.progress());
        names.add(topics.cancellations());
        names.add(topics.workers());
        partitions = names.stream().map(name -> new TopicPartition(name, 0)).collect(Collectors.toUnmodifiableList());
        partitions.forEach(partition -> logs.put(partition, new ArrayList<>()));
    }

    /** From now on nothing is taken, or everything again. */
    public synchronized void away(boolean away) {
        this.away = away;
    }

    public synchronized List<ConsumerRecord<byte[], byte[]>> log(String topic) {
        return List.copyOf(logs.get(new TopicPartition(topic, 0)));
    }

    /** Takes a record as any program could send it. */
    public synchronized long append(ProducerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), 0);
        List<ConsumerRecord<byte[], byte[]>> log = logs.get(partition);
        long offset = log.size();
        log.add(new ConsumerRecord<>(
                record.topic(),
                0,
                offset,
                record.timestamp() == null ? System.currentTimeMillis() : record.timestamp(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers().toArray()),
                java.util.Optional.empty()));
        notifyAll();
        return offset;
    }

    @Override
    public void prepareCluster() {}

    @Override
    public Producer<byte[], byte[]> producer() {
        return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                synchronized (FakeKafka.this) {
                    if (away) {
                        callback.onCompletion(null, new TimeoutException("Expiring 1 record(s)"));
                        return new CompletableFuture<>();
                    }
                    append(record);
                }
                callback.onCompletion(null, null);
                return CompletableFuture.completedFuture(null);
            }
        };
    }

    @Override
    public Consumer<byte[], byte[]> groupMember() {
        FakeConsumer consumer = consumer();
        consumer.schedulePollTask(() -> consumer.rebalance(partitions.stream()
                .filter(partition -> topics.requests().contains(partition.topic())
                        || partition.topic().equals(topics.events())
                        || partition.topic().equals(topics.cancellations()))
                .collect(Collectors.toList())));
        return consumer;
    }

    @Override
    public Consumer<byte[], byte[]> observer() {
        return consumer();
    }

    private FakeConsumer consumer() {
        FakeConsumer consumer = new FakeConsumer();
        partitions.forEach(partition -> consumer.updatePartitions(
                partition.topic(),
                List.of(new PartitionInfo(partition.topic(), 0, Node.noNode(), new Node[0], new Node[0]))));
        synchronized (this) {
            consumers.add(consumer);
            partitions.forEach(partition -> {
                consumer.updateBeginningOffsets(Map.of(partition, 0L));
                consumer.updateEndOffsets(
                        Map.of(partition, (long) logs.get(partition).size()));
            });
        }
        return consumer;
    }

    /** What the brokers say of the workers' share group from now on. */
    public synchronized void backlog(Map<String, Long> backlog) {
        this.backlog = Map.copyOf(backlog);
    }

    @Override
    public synchronized Map<String, Long> backlog() {
        if (away) {
            throw new GenerationException(ErrorCode.BROKER_UNAVAILABLE, "Kafka did not answer");
        }
        return backlog;
    }

    @Override
    public boolean brokerAnswers() {
        return true;
    }

    /** Reads from the logs; waits for something to read as a real one does. */
    private final class FakeConsumer extends MockConsumer<byte[], byte[]> {
        private final Map<TopicPartition, Integer> given = new HashMap<>();

        FakeConsumer() {
            super("earliest");
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            synchronized (FakeKafka.this) {
                if (!assignment().isEmpty() && !give()) {
                    try {
                        FakeKafka.this.wait(timeout.toMillis());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    give();
                }
            }
            return super.poll(timeout);
        }

        private boolean give() {
            boolean any = false;
            Collection<TopicPartition> open = new ArrayList<>(assignment());
            open.removeAll(paused());
            for (TopicPartition partition : open) {
                List<ConsumerRecord<byte[], byte[]>> log = logs.get(partition);
                int next = given.getOrDefault(partition, (int) position(partition));
                for (; next < log.size(); next++) {
                    addRecord(log.get(next));
                    any = true;
                }
                given.put(partition, next);
            }
            return any;
        }

        @Override
        public synchronized void wakeup() {
            super.wakeup();
        }
    }
}
