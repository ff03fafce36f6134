package io.atelier.worker.consume;

import io.atelier.job.GenerationId;
import io.atelier.message.CancellationRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of cancellations from its beginning, and on. Every worker reads all of it, without a group: any of them may
 * hold the job, or get it next.
 */
public final class CancellationFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CancellationFollower.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    /** As long as requests wait in their topics. */
    private static final Duration KEPT = Duration.ofDays(7);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final Cancellations cancellations;
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Semaphore stop = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "cancellations");
    private volatile boolean stopping;
    private volatile Consumer<byte[], byte[]> current;

    /** @param consumers without a group, reading from the earliest offset */
    public CancellationFollower(
            Supplier<Consumer<byte[], byte[]>> consumers, String topic, Cancellations cancellations) {
        this.consumers = consumers;
        this.topic = topic;
        this.cancellations = cancellations;
    }

    public void start() {
        thread.start();
    }

    /** Completes when all is read that stood in the topic at the start. */
    public CompletableFuture<Void> caughtUp() {
        return caughtUp;
    }

    private void run() {
        while (!stopping) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                current = consumer;
                follow(consumer);
            } catch (WakeupException e) {
                LOG.debug("Woken up to stop");
            } catch (KafkaException e) {
                LOG.warn("Cannot follow {}, trying anew: {}", topic, e.getMessage());
                pause();
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (!stopping) {
            if (!caughtUp.isDone()
                    && ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
                caughtUp.complete(null);
            }
            consumer.poll(POLL).forEach(this::read);
            cancellations.forgetBefore(Instant.now().minus(KEPT));
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        Optional<GenerationId> id = CancellationRecords.idOf(record);
        if (id.isEmpty()) {
            LOG.warn("A cancellation names no generation: {}@{}", topic, record.offset());
        } else if (record.value() == null) {
            cancellations.forget(id.get());
        } else {
            cancellations.cancel(id.get(), Instant.ofEpochMilli(record.timestamp()));
        }
    }

    private void pause() {
        try {
            stop.tryAcquire(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        stop.release();
        Consumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        thread.join();
    }
}
