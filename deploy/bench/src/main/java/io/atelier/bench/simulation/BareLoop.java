package io.atelier.bench.simulation;

import io.atelier.kafka.ClusterSetup;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.StepListener;
import io.atelier.worker.WorkerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The least that can draw from a queue: Kafka's own share consumer, one record at a time, drawn and accepted on one thread.
 * Nothing is stored or told. A yardstick for what the worker's protocol costs.
 */
@Command(name = "simulation.BareLoop", mixinStandardHelpOptions = true)
public final class BareLoop implements Callable<Integer> {
    private static final String GROUP = "bare-loop";
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final int DELIVERY_LIMIT = 10;

    @Option(names = "--id", defaultValue = "bare")
    private String name;

    @Option(names = "--log", required = true, description = "Folder for what the device did.")
    private Path log;

    private final RequestParser parser = new RequestParser(RequestLimits.DEFAULT);

    private BareLoop() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BareLoop()).execute(arguments));
    }

    /** Works until it is killed. */
    @Override
    public Integer call() throws IOException {
        WorkerConfig config = SimulatedConfig.read(name);
        SimulatedConfig.watchParent(config);
        Topics topics = new Topics(config.topics().prefix());
        MessageCodec codec = new MessageCodec(topics, URI.create("/bare/" + name));
        String brokers = config.kafka().bootstrapServers();
        new ClusterSetup(
                        Map.of("bootstrap.servers", brokers),
                        topics,
                        config.kafka().startTimeout())
                .configureShareGroup(GROUP, config.consume().lock(), DELIVERY_LIMIT);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                brokers,
                "group.id",
                GROUP,
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                1);
        SimulatedArtist artist = new SimulatedArtist(Duration.ofSeconds(1), new DrawLog(log, name));
        try (artist;
                ShareConsumer<byte[], byte[]> consumer =
                        new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topics.requests().get(1)));
            System.out.println("ready");
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(IDLE)) {
                    codec.readRequest(record, parser)
                            .request()
                            .ifPresent(request -> artist.draw(
                                    artist.accept(request.input(), request.id()),
                                    StepListener.NONE,
                                    new Cancellation()));
                    consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                    consumer.commitSync();
                }
            }
        }
    }
}
