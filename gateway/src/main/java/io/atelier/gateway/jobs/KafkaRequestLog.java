package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.message.TraceParent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** A {@link RequestLog} on a Kafka producer, which it owns. */
public final class KafkaRequestLog implements RequestLog {
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Producer<byte[], byte[]> producer;
    private final Topics topics;
    private final MessageCodec codec;
    private final Clock clock;

    public KafkaRequestLog(Producer<byte[], byte[]> producer, Topics topics, MessageCodec codec, Clock clock) {
        this.producer = producer;
        this.topics = topics;
        this.codec = codec;
        this.clock = clock;
    }

    @Override
    public void prepare() {
        topics.requests().forEach(producer::partitionsFor);
        producer.partitionsFor(topics.events());
        producer.partitionsFor(topics.cancellations());
    }

    @Override
    public CompletableFuture<Void> append(GenerationRequest request, Instant createdAt, TraceParent trace) {
        return send(codec.write(request, createdAt), Optional.of(trace));
    }

    @Override
    public CompletableFuture<Void> cancel(Cancellation cancellation, TraceParent trace) {
        return send(codec.write(cancellation, clock.instant()), Optional.of(trace));
    }

    @Override
    public CompletableFuture<Void> announce(Generation queued, Optional<TraceParent> trace) {
        return send(codec.write(EventType.QUEUED, queued, clock.instant()), trace);
    }

    private CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record, Optional<TraceParent> trace) {
        trace.ifPresent(of -> of.writeTo(record.headers()));
        CompletableFuture<Void> sent = new CompletableFuture<>();
        try {
            producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(translated(failure));
                }
            });
        } catch (KafkaException | IllegalStateException e) {
            sent.completeExceptionally(translated(e));
        }
        return sent;
    }

    private static GenerationException translated(Exception failure) {
        if (failure instanceof RecordTooLargeException) {
            return new GenerationException(
                    ErrorCode.REQUEST_TOO_LARGE, "The request is larger than a Kafka record may be", failure);
        }
        return new GenerationException(
                ErrorCode.BROKER_UNAVAILABLE,
                "Kafka did not take the request; try again later: " + failure.getMessage(),
                failure);
    }

    @Override
    public void close() {
        producer.close(CLOSE);
    }
}
