package io.atelier.bench.gateway;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Puts records on the topics as submitters, gateways and workers do, as fast as the broker takes them. */
final class Backlog {
    static final MessageCodec CODEC = new MessageCodec(SimulatedCluster.TOPICS, URI.create("/bench"));

    private final Producer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failed = new AtomicReference<>();
    private long records;

    Backlog(SimulatedCluster cluster) {
        this.producer = cluster.producer();
    }

    /** The whole life of a job that succeeds: four records. */
    void life(String id, long number, Instant createdAt) {
        GenerationRequest request = JobSamples.request(id, number);
        Generation queued = Generation.queued(request, createdAt);
        send(CODEC.write(request, createdAt));
        send(CODEC.write(EventType.QUEUED, queued, createdAt));
        send(CODEC.write(EventType.STARTED, JobSamples.started(queued), createdAt));
        send(CODEC.write(EventType.SUCCEEDED, JobSamples.ended(queued, GenerationStatus.SUCCEEDED), createdAt));
    }

    /** One event, which tells the whole state. */
    void event(Generation generation) {
        send(CODEC.write(EventType.of(generation.status()), generation, generation.createdAt()));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        records++;
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                failed.set(failure);
            }
        });
    }

    /** Waits for the acknowledgement of all. @return how many there are */
    long complete() {
        producer.flush();
        if (failed.get() != null) {
            throw new IllegalStateException(failed.get());
        }
        return records;
    }
}
