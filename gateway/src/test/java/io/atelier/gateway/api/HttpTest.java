package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.FakeImageStore;
import io.atelier.gateway.FakeKafka;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.testing.Exchange;
import io.atelier.testing.OpenApiDocument;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway that answers by HTTP, with a broker and a store of pictures that are not there. */
abstract class HttpTest {
    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    static final String CIRCLE = "{\"input\":{\"prompt\":\"a red circle\"}}";

    /** No broker, no store of pictures, no files. */
    public static class InMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "atelier.store", "memory",
                    "atelier.store.path", "http",
                    "atelier.http.max-wait", "20s",
                    "atelier.http.heartbeat", "500ms",
                    "atelier.doors.openai-wait", "100ms",
                    "atelier.webhooks.secrets.default", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    "atelier.storage.access-key", "none",
                    "atelier.storage.secret-key", "none");
        }
    }

    @Inject
    FakeKafka kafka;

    @Inject
    FakeImageStore pictures;

    @TestHTTPResource("/v1/generations")
    URI generations;

    private static OpenApiDocument document;

    final HttpClient client = HttpClient.newHttpClient();
    final MessageCodec worker = new MessageCodec(TOPICS, URI.create("/atelier/worker/test"));
    final String id = UUID.randomUUID().toString();

    @BeforeEach
    void ready() throws Exception {
        document();
        until(() -> get("/q/health/ready"), response -> response.statusCode() == 200);
        // The threads of an executor may have the class loader of another test's application, in which the first answer
        // of
        // this one would look for JAX-RS if it were made there. This one is not.
        assertThat(get("/v1/schemas/none").statusCode()).isEqualTo(404);
    }

    @AfterEach
    void brokerIsBack() {
        kafka.away(false);
    }

    void tell(EventType type, Generation generation) {
        kafka.append(worker.write(type, generation, Instant.now()));
    }

    /** Tells it, be it of the contract or not, and waits until the gateway knows. */
    void told(EventType type, Generation generation) throws Exception {
        tell(type, generation);
        String status = "\"status\":\"" + generation.status().wireName() + "\"";
        until(
                () -> send(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + generation.id()))),
                response -> response.body().contains(status));
    }

    long requests(String id) {
        return TOPICS.requests().stream()
                .flatMap(topic -> kafka.log(topic).stream())
                .filter(record -> id.equals(key(record)))
                .count();
    }

    long queuedEvents(String id) {
        return kafka.log(TOPICS.events()).stream()
                .filter(record -> id.equals(key(record)))
                .filter(record -> worker.typeOf(record).equals(Optional.of(EventType.QUEUED)))
                .count();
    }

    /** How many follow generations. */
    double listeners() throws Exception {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("atelier_event_listeners"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    static String request(String id) {
        return "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}";
    }

    static boolean succeeded(HttpResponse<String> response) {
        return response.body().contains("\"status\":\"succeeded\"");
    }

    static JsonNode assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("type").textValue()).isEqualTo("https://atelier.io/problems/" + code);
        assertThat(problem.path("title").textValue()).isNotBlank();
        assertThat(problem.path("detail").textValue()).isNotBlank();
        assertThat(problem.path("instance").textValue())
                .isEqualTo(response.request().uri().getPath());
        return problem;
    }

    HttpRequest.Builder submission(String body) {
        return HttpRequest.newBuilder(generations)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = submission(body);
        return call(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return call(HttpRequest.newBuilder(generations.resolve(path)));
    }

    /** Every call that is accepted and every answer must be one that the API description knows. */
    HttpResponse<String> call(HttpRequest.Builder request) throws IOException, InterruptedException {
        return known(send(request));
    }

    HttpResponse<String> known(HttpResponse<String> response) {
        assertThat(document.problems(Exchange.of(response)))
                .as("%s gave %s %s", response.request(), response.statusCode(), response.body())
                .isEmpty();
        return response;
    }

    /** With what the calls of a test carry. */
    HttpRequest.Builder authorized(HttpRequest.Builder request) {
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(
                authorized(request).timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** As the gateway serves it. */
    OpenApiDocument document() throws IOException, InterruptedException {
        if (document == null) {
            document = new OpenApiDocument(send(HttpRequest.newBuilder(generations.resolve("/q/openapi?format=json")))
                    .body());
        }
        return document;
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    static <T> T until(Call<T> call, Condition<T> wanted) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        while (true) {
            T value = call.make();
            if (wanted.holds(value)) {
                return value;
            }
            assertThat(Instant.now()).as("last was %s", value).isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    interface Call<T> {
        T make() throws Exception;
    }

    interface Condition<T> {
        boolean holds(T value) throws Exception;
    }
}
