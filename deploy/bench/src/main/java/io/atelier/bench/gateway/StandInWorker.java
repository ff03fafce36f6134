package io.atelier.bench.gateway;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.SimulatedArtist;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Progress;
import io.atelier.job.Timings;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the records that submitters and workers write, at whatever pace is wanted, and draws nothing. */
final class StandInWorker implements AutoCloseable {
    /** Steps of a generation, each of which it can tell of. */
    static final int STEPS = 20;

    private static final String WORKER = "stand-in";
    /** About as long as people write them. */
    private static final String PROMPT =
            "a lighthouse on a cliff above a stormy sea at dusk, warm light in its windows,"
                    + " gulls in the wind, oil on canvas, broad brush strokes, muted colours";

    private final Producer<byte[], byte[]> producer;
    private final MessageCodec codec =
            new MessageCodec(SimulatedCluster.TOPICS, URI.create("/atelier/worker/" + WORKER));
    private final RequestParser parser = new RequestParser(RequestLimits.DEFAULT);
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    StandInWorker(String kafka) {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "acks", "all", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Puts a request on its topic. @param webhook null for none @return the generation as queued */
    Generation request(String id, String webhook) {
        String hook = webhook == null ? "" : ",\"webhook\":\"" + webhook + '"';
        String json = "{\"input\":{\"prompt\":\"" + PROMPT + "\",\"num_inference_steps\":" + STEPS + "}" + hook + "}";
        GenerationRequest request = parser.parse(RequestParser.readObject(json.getBytes(StandardCharsets.UTF_8)))
                .withId(new GenerationId(id));
        Instant now = Instant.now();
        send(codec.write(request, now));
        return Generation.queued(request, now);
    }

    /** Tells that it has begun. */
    Generation start(Generation queued) {
        Generation started = started(queued);
        send(codec.write(EventType.STARTED, started, started.startedAt()));
        return started;
    }

    /** The generation in the hands of this worker. */
    static Generation started(Generation queued) {
        return queued.toBuilder()
                .status(GenerationStatus.PROCESSING)
                .attempt(1)
                .model(SimulatedArtist.MODEL)
                .modelDigest("sha256:" + "0".repeat(64))
                .worker(WORKER)
                .startedAt(Instant.now())
                .build();
    }

    void progress(Generation started, int step) {
        Generation progressed =
                started.toBuilder().progress(new Progress("base", step, STEPS)).build();
        send(codec.write(EventType.PROGRESS, progressed, Instant.now()));
    }

    void succeed(Generation started) {
        Instant now = Instant.now();
        String id = started.id().value();
        OutputImage image = new OutputImage(
                0, null, "generations", id + "/0.png", "image/png", 1024, 1024, 1_234_567, "0".repeat(64), 42);
        long millis = Duration.between(started.startedAt(), now).toMillis();
        Generation succeeded = started.toBuilder()
                .status(GenerationStatus.SUCCEEDED)
                .output(List.of(image))
                .timings(new Timings(0L, null, 1L, millis, null, 1L, 1L, 1L, millis))
                .completedAt(now)
                .build();
        send(codec.write(EventType.SUCCEEDED, succeeded, now));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        producer.send(record, (stored, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            }
        });
    }

    /** Returns when the broker has all. */
    void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new IllegalStateException("The broker did not take a record", failure.get());
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
