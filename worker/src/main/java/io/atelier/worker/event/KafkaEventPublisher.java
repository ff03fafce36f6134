package io.atelier.worker.event;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.trace.TraceHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events on Kafka topics. Thread safe. */
public final class KafkaEventPublisher implements EventPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventPublisher.class);
    /** Header values are for people and dashboards; the whole reason is in the failed event. */
    private static final int LONGEST_REASON = 1000;

    private final Producer<byte[], byte[]> producer;
    private final MessageCodec codec;
    private final Topics topics;
    private final String worker;
    private final Duration timeout;
    private final Clock clock;

    /** @param timeout for one event, a little longer than the producer's own delivery timeout, whose error says more */
    public KafkaEventPublisher(
            Producer<byte[], byte[]> producer,
            MessageCodec codec,
            Topics topics,
            String worker,
            Duration timeout,
            Clock clock) {
        this.producer = producer;
        this.codec = codec;
        this.topics = topics;
        this.worker = worker;
        this.timeout = timeout;
        this.clock = clock;
    }

    @Override
    public void publish(EventType type, Generation generation) {
        send(codec.write(type, generation, clock.instant()));
    }

    @Override
    public void publishProgress(Generation generation) {
        try {
            ProducerRecord<byte[], byte[]> record = codec.write(EventType.PROGRESS, generation, clock.instant());
            TraceHeaders.writeTo(record.headers());
            producer.send(record, (metadata, e) -> {
                if (e != null) {
                    LOG.debug("Progress of {} was not stored: {}", generation.id(), e.getMessage());
                }
            });
        } catch (KafkaException e) {
            LOG.debug("Progress of {} was not sent: {}", generation.id(), e.getMessage());
        }
    }

    @Override
    public void publishDeadLetter(ConsumerRecord<byte[], byte[]> record, int attempt, GenerationException reason) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(topics.dlq(), null, record.key(), record.value(), record.headers());
        header(letter, "dlq_reason_code", reason.code().wireName());
        header(letter, "dlq_reason", shortened(String.valueOf(reason.getMessage())));
        header(letter, "dlq_topic", record.topic());
        header(letter, "dlq_partition", Integer.toString(record.partition()));
        header(letter, "dlq_offset", Long.toString(record.offset()));
        header(letter, "dlq_attempts", Integer.toString(attempt));
        header(letter, "dlq_worker", worker);
        send(letter);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        TraceHeaders.writeTo(record.headers());
        try {
            producer.send(record).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "Cannot store a record in " + record.topic() + ": " + cause.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException(ErrorCode.INTERRUPTED, "Stopped while storing in " + record.topic(), e);
        }
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        record.headers().remove(name);
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String shortened(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
    }
}
