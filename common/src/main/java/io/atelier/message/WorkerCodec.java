package io.atelier.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.WorkerStatus;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Between records of the workers' topic and heartbeats. The key is the worker's id; a record without a value says that it left. */
public final class WorkerCodec {
    static final String TYPE = "worker.heartbeat.v1";

    private final Topics topics;
    private final URI source;

    /** @param source who writes: {@code ce_source} */
    public WorkerCodec(Topics topics, URI source) {
        this.topics = topics;
        this.source = source;
    }

    public ProducerRecord<byte[], byte[]> write(WorkerStatus status) {
        return KafkaMessageFactory.<byte[]>createWriter(topics.workers(), null, null, key(status.id()))
                .writeBinary(CloudEventBuilder.v1()
                        .withId(status.id() + "/" + status.at().toEpochMilli() + "/"
                                + status.state().wireName())
                        .withSource(source)
                        .withType(TYPE)
                        .withSubject(status.id())
                        .withTime(status.at().atOffset(ZoneOffset.UTC))
                        .withData("application/json", toJson(status))
                        .build());
    }

    /** That a worker has left, and not just gone silent. */
    public ProducerRecord<byte[], byte[]> writeGone(String worker) {
        return new ProducerRecord<>(topics.workers(), key(worker), null);
    }

    /** Whose record it is. */
    public static String workerOf(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    /**
     * The heartbeat in a record; empty if the worker has left.
     *
     * @throws GenerationException MALFORMED_MESSAGE if it holds something else
     */
    public Optional<WorkerStatus> read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(record.value(), WorkerStatus.class));
        } catch (IOException e) {
            throw new GenerationException(
                    ErrorCode.MALFORMED_MESSAGE,
                    "No heartbeat in " + record.topic() + "-" + record.partition() + "@" + record.offset(),
                    e);
        }
    }

    private static byte[] key(String worker) {
        return worker.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] toJson(WorkerStatus status) {
        try {
            return Json.mapper().writeValueAsBytes(status);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a heartbeat", e);
        }
    }
}
