package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.job.Generation;
import io.atelier.job.OutputImage;
import io.atelier.local.cluster.ClusterInfo;
import io.atelier.local.cluster.ClusterSettings;
import io.atelier.local.cluster.LocalCluster;
import io.atelier.message.Json;
import io.atelier.message.Topics;
import io.atelier.storage.ImageStore;
import io.atelier.storage.S3ImageStore;
import io.atelier.storage.S3Settings;
import io.atelier.testing.Exchange;
import io.atelier.testing.OpenApiDocument;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A local cluster of real processes, and its world's means to use it: HTTP, a plain Kafka producer, S3. */
final class TestCluster implements AutoCloseable {
    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    static final String MODEL = "tiny-sdxl";

    private final LocalCluster cluster;
    private final HttpClient http =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    private final Producer<byte[], byte[]> producer;
    private final EventLog events;
    private OpenApiDocument openApi;

    private TestCluster(LocalCluster cluster) {
        this.cluster = cluster;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", info().kafka(), "acks", "all", "max.request.size", 16 * 1024 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.events = new EventLog(info().kafka());
    }

    static TestCluster start(Path data, int workers, Map<String, String> workerEnvironment) throws Exception {
        return new TestCluster(LocalCluster.start(settings(data, workers, workerEnvironment)));
    }

    /** Port 0 is never free to be preferred, so every part gets a free one. */
    static ClusterSettings settings(Path data, int workers, Map<String, String> workerEnvironment) {
        Path model = home().resolve("deploy/models").resolve(MODEL);
        return new ClusterSettings(
                home(),
                data,
                workers,
                0,
                0,
                0,
                MODEL,
                model.resolve("base"),
                Optional.of(model.resolve("refiner")),
                workerEnvironment);
    }

    static Path home() {
        return Path.of(System.getProperty("atelier.home")).toAbsolutePath().normalize();
    }

    ClusterInfo info() {
        return cluster.info();
    }

    long pid(String part) {
        return cluster.pids().get(part);
    }

    EventLog events() {
        return events;
    }

    /** A record without any header, as a console producer would send it. */
    void produce(String key, byte[] value) {
        produce(new ProducerRecord<>(
                TOPICS.requests(io.atelier.job.Priority.NORMAL), key == null ? null : key.getBytes(), value));
    }

    void produce(ProducerRecord<byte[], byte[]> record) {
        try {
            producer.send(record).get();
        } catch (Exception e) {
            throw new IllegalStateException("The broker took no record", e);
        }
    }

    HttpResponse<String> post(String contentType, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url("/v1/generations"))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> postJson(String body, String... headers) {
        return post("application/json", body, headers);
    }

    HttpResponse<String> cancel(String id) {
        return postNothing("/v1/generations/" + id + "/cancel");
    }

    HttpResponse<String> postNothing(String path) {
        HttpRequest request = HttpRequest.newBuilder(url(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    BufferedImage picture(OutputImage image) {
        return pictureAt(image.url());
    }

    BufferedImage pictureAt(String url) {
        return read(send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofByteArray())
                .body());
    }

    byte[] bytes(String path) {
        return send(HttpRequest.newBuilder(url(path)).build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    static BufferedImage read(byte[] png) {
        try {
            return ImageIO.read(new ByteArrayInputStream(png));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Generation generation(HttpResponse<String> response) {
        return json(response.body(), Generation.class);
    }

    static JsonNode tree(HttpResponse<String> response) {
        return json(response.body(), JsonNode.class);
    }

    static <T> T json(String text, Class<T> type) {
        try {
            return Json.mapper().readValue(text, type);
        } catch (IOException e) {
            throw new IllegalStateException("Not a " + type.getSimpleName() + ": " + text, e);
        }
    }

    ImageStore store() {
        ClusterInfo.ObjectStore s3 = info().s3();
        return new S3ImageStore(new S3Settings(
                URI.create(s3.endpoint()),
                Optional.empty(),
                s3.region(),
                s3.accessKey(),
                s3.secretKey(),
                Duration.ofSeconds(10)));
    }

    private URI url(String path) {
        return URI.create(info().gateway() + path);
    }

    /** What the gateway answers must be as its own description says. */
    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        HttpResponse<T> response = call(request, handler);
        boolean byGateway = response.uri().toString().startsWith(info().gateway());
        if (byGateway && response.body() instanceof String) {
            @SuppressWarnings("unchecked")
            HttpResponse<String> text = (HttpResponse<String>) response;
            assertThat(openApi().problems(Exchange.of(text)))
                    .as("%s gave %s %s", request, response.statusCode(), text.body())
                    .isEmpty();
        }
        return response;
    }

    /** As the gateway serves it. */
    synchronized OpenApiDocument openApi() {
        if (openApi == null) {
            HttpRequest request =
                    HttpRequest.newBuilder(url("/q/openapi?format=json")).build();
            openApi = new OpenApiDocument(
                    call(request, HttpResponse.BodyHandlers.ofString()).body());
        }
        return openApi;
    }

    private <T> HttpResponse<T> call(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("No answer to " + request, e);
        }
    }

    @Override
    public void close() {
        events.close();
        producer.close();
        cluster.close();
    }
}
