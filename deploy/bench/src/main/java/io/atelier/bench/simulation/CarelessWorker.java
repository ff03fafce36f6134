package io.atelier.bench.simulation;

import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.kafka.ClusterSetup;
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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A worker as it must not be: it tells Kafka to forget a request before its picture is stored. Draws good requests only. What
 * checks a cluster must find out.
 */
@Command(name = "simulation.CarelessWorker", mixinStandardHelpOptions = true)
public final class CarelessWorker implements Callable<Integer> {
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final int DELIVERY_LIMIT = 10;

    @Option(names = "--id", defaultValue = "careless", description = "Name of the worker.")
    private String name;

    @Option(
            names = "--draw-ms",
            defaultValue = "300",
            description = "How long a picture takes if its prompt says nothing.")
    private long drawMillis;

    @Option(names = "--log", required = true, description = "Folder for what the device did.")
    private Path log;

    private final RequestParser parser = new RequestParser(RequestLimits.DEFAULT);
    private MessageCodec codec;
    private ResultStore results;
    private Producer<byte[], byte[]> producer;
    private SimulatedArtist artist;

    private CarelessWorker() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CarelessWorker()).execute(arguments));
    }

    /** Works until it is killed. */
    @Override
    public Integer call() throws IOException {
        WorkerConfig config = SimulatedConfig.read(name);
        SimulatedConfig.watchParent(config);
        Topics topics = new Topics(config.topics().prefix());
        codec = new MessageCodec(topics, URI.create("/careless/" + name));
        results = results(config.storage());
        results.prepare(true);
        artist = new SimulatedArtist(Duration.ofMillis(drawMillis), new DrawLog(log, name));
        Map<String, Object> kafka = Map.of("bootstrap.servers", config.kafka().bootstrapServers(), "client.id", name);
        producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
        WorkerConfig.ConsumeSection consume = config.consume();
        new ClusterSetup(kafka, topics, config.kafka().startTimeout())
                .configureShareGroup(consume.group(), consume.lock(), DELIVERY_LIMIT);
        try (ShareGroup group = new KafkaShareGroup(kafka, consume.group(), topics.requests())) {
            System.out.println("ready");
            while (true) {
                group.take(topics.requests(), IDLE).ifPresent(this::work);
            }
        }
    }

    private static ResultStore results(WorkerConfig.StorageSection storage) {
        return new ResultStore(
                new S3ImageStore(new S3Settings(
                        storage.endpoint(),
                        Optional.empty(),
                        storage.region(),
                        storage.accessKey().orElse(""),
                        storage.secretKey().orElse(""),
                        storage.timeout())),
                Map.of(ResultStore.DEFAULT_BUCKET, storage.bucket()));
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
        producer.flush();
    }
}
