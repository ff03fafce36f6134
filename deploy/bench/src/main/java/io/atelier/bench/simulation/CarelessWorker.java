package io.atelier.bench.simulation;

import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.StepListener;
import io.atelier.storage.S3ImageStore;
import io.atelier.storage.S3Settings;
import io.atelier.worker.WorkerConfig;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.draw.Drawing;
import io.atelier.worker.draw.PictureEncoder;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.KafkaShareGroup;
import io.atelier.worker.share.ShareGroup;
import io.atelier.worker.storage.Manifest;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A worker as it must not be: it tells Kafka to forget a request before its picture is stored. Draws good requests only. What
 * checks a cluster must find out.
 */
final class CarelessWorker implements AutoCloseable, Runnable {
    private static final Duration IDLE = Duration.ofMillis(500);

    private final Topics topics;
    private final ShareGroup group;
    private final Producer<byte[], byte[]> producer;
    private final MessageCodec codec;
    private final RequestParser parser = new RequestParser(new RequestLimits(2048, 2097152, 150, 8, 8192, 65536));
    private final ResultStore results;
    private final String name;
    private final SimulatedArtist artist;
    private final Thread thread = new Thread(this, "careless");
    private volatile boolean stopping;

    private CarelessWorker(WorkerConfig config, String name, SimulatedArtist artist) {
        this.name = name;
        this.artist = artist;
        this.topics = new Topics(config.topics().prefix());
        Map<String, Object> kafka = Map.of("bootstrap.servers", config.kafka().bootstrapServers(), "client.id", name);
        this.group = new KafkaShareGroup(kafka, config.consume().group(), topics.requests());
        this.producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
        this.codec = new MessageCodec(topics, URI.create("/careless/" + name));
        WorkerConfig.StorageSection storage = config.storage();
        this.results = new ResultStore(
                new S3ImageStore(new S3Settings(
                        storage.endpoint(),
                        Optional.empty(),
                        storage.region(),
                        storage.accessKey().orElse(""),
                        storage.secretKey().orElse(""),
                        storage.timeout())),
                Map.of(ResultStore.DEFAULT_BUCKET, storage.bucket()));
    }

    static CarelessWorker start(WorkerConfig config, String name, SimulatedArtist artist) {
        CarelessWorker worker = new CarelessWorker(config, name, artist);
        worker.results.prepare(true);
        worker.thread.start();
        return worker;
    }

    @Override
    public void run() {
        while (!stopping) {
            group.take(topics.requests(), IDLE).ifPresent(this::work);
        }
    }

    private void work(HeldRecord held) {
        held.acknowledge(AcknowledgeType.ACCEPT);
        codec.readRequest(held.record(), parser).request().ifPresent(this::draw);
    }

    private void draw(GenerationRequest request) {
        Optional<Manifest> known = results.ended(request.id());
        if (known.isPresent()) {
            return;
        }
        Commission commission = artist.accept(request.input(), request.id());
        Drawing.Picture picture = artist.draw(commission, StepListener.NONE, new Cancellation())
                .pictures()
                .get(0);
        OutputImage image = results.put(
                request.id(),
                0,
                picture,
                PictureEncoder.encode(picture, request.effectiveOutput()),
                request.effectiveOutput());
        Instant now = Clock.systemUTC().instant();
        Generation ended = Generation.queued(request, now).toBuilder()
                .status(GenerationStatus.SUCCEEDED)
                .attempt(1)
                .worker(name)
                .output(List.of(image))
                .completedAt(now)
                .build();
        results.commit(new Manifest(ended, null, 0));
        producer.send(codec.write(EventType.SUCCEEDED, ended, now));
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        group.close();
        producer.close();
    }
}
