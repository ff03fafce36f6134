package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.FakeKafka;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(GenerationsHttpTest.InMemory.class)
class GenerationsHttpTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    private static final String CIRCLE = "{\"input\":{\"prompt\":\"a red circle\"}}";

    /** No broker, no store of pictures, no files. */
    public static class InMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "quarkus.datasource.jdbc.url",
                            "jdbc:h2:mem:http;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                    "atelier.http.max-wait", "20s",
                    "atelier.storage.access-key", "none",
                    "atelier.storage.secret-key", "none");
        }
    }

    @Inject
    FakeKafka kafka;

    @TestHTTPResource("/v1/generations")
    URI generations;

    private final HttpClient client = HttpClient.newHttpClient();
    private final MessageCodec worker = new MessageCodec(TOPICS, URI.create("/atelier/worker/test"));
    private final String id = UUID.randomUUID().toString();

    @BeforeEach
    void ready() throws Exception {
        until(() -> get("/q/health/ready"), response -> response.statusCode() == 200);
    }

    @AfterEach
    void brokerIsBack() {
        kafka.away(false);
    }

    @Test
    void a_submission_is_accepted_found_and_on_its_topic() throws Exception {
        HttpResponse<String> accepted = post("{\"priority\":\"high\",\"input\":{\"prompt\":\"a red circle\"}}");

        assertThat(accepted.statusCode()).isEqualTo(202);
        JsonNode generation = json(accepted);
        assertThat(generation.path("status").textValue()).isEqualTo("queued");
        String self = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(generation.path("urls").path("get").textValue()).isEqualTo(self);
        assertThat(generation.path("urls").path("events").textValue()).isEqualTo(self + "/events");
        HttpResponse<String> found = call(HttpRequest.newBuilder(URI.create(self)));
        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(json(found)).isEqualTo(generation);
        assertThat(kafka.log(TOPICS.requests().get(0)))
                .anyMatch(record -> key(record).equals(generation.path("id").textValue()));
    }

    @Test
    void a_submission_is_announced_once() throws Exception {
        String submitted = json(post(CIRCLE)).path("id").textValue();

        until(() -> queuedEvents(submitted), count -> count == 1);
    }

    @Test
    void the_same_id_again_is_the_same_generation() throws Exception {
        String body = "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}";

        JsonNode first = json(post(body));
        JsonNode second = json(post(body));

        assertThat(second).isEqualTo(first);
        assertThat(requests(id)).isEqualTo(1);
    }

    @Test
    void the_same_idempotency_key_is_the_same_generation() throws Exception {
        HttpResponse<String> first = post(CIRCLE, "Idempotency-Key", id);
        HttpResponse<String> second = post(CIRCLE, "Idempotency-Key", id);

        assertThat(json(second)).isEqualTo(json(first));
        assertThat(requests(json(first).path("id").textValue())).isEqualTo(1);
    }

    @Test
    void a_finished_generation_submitted_again_is_answered_with_its_result() throws Exception {
        String body = "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}";
        post(body);
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        until(() -> get("/v1/generations/" + id), GenerationsHttpTest::succeeded);

        assertThat(post(body).statusCode()).isEqualTo(200);
        assertThat(post(body, "Prefer", "wait=5").statusCode()).isEqualTo(201);
    }

    @Test
    void nothing_is_stored_when_kafka_refuses() throws Exception {
        kafka.away(true);
        HttpResponse<String> refused = post("{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}");

        assertProblem(refused, 503, "broker_unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertProblem(get("/v1/generations/" + id), 404, "not_found");
    }

    @Test
    void a_request_from_another_program_is_found() throws Exception {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        kafka.append(new ProducerRecord<>(
                TOPICS.requests().get(2), key, "{\"input\":{\"prompt\":\"x\"}}".getBytes(StandardCharsets.UTF_8)));

        JsonNode found = json(until(() -> get("/v1/generations/" + id), r -> r.statusCode() == 200));

        assertThat(found.path("status").textValue()).isEqualTo("queued");
        until(() -> queuedEvents(id), count -> count == 1);
    }

    @Test
    void an_expiry_beyond_the_calendar_is_none() throws Exception {
        HttpResponse<String> accepted = post("{\"expires_in\":\"PT2562047788015215H\",\"input\":{\"prompt\":\"x\"}}");

        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        assertThat(json(accepted).path("deadline").isNull()).isTrue();
    }

    @Test
    void an_unreadable_record_does_not_stop_the_ones_behind_it() throws Exception {
        String topic = TOPICS.requests().get(1);
        kafka.append(new ProducerRecord<>(topic, null, new byte[] {1, 2, 3}));
        kafka.append(new ProducerRecord<>(TOPICS.events(), null, "{}".getBytes(StandardCharsets.UTF_8)));
        tell(
                EventType.QUEUED,
                Samples.queued("far").toBuilder()
                        .createdAt(Instant.MAX.minusSeconds(1))
                        .build());
        kafka.append(new ProducerRecord<>(
                topic, id.getBytes(StandardCharsets.UTF_8), CIRCLE.getBytes(StandardCharsets.UTF_8)));

        until(() -> get("/v1/generations/" + id), r -> r.statusCode() == 200);
    }

    @Test
    void prefer_wait_answers_with_the_end() throws Exception {
        String body = "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}";
        CompletableFuture<HttpResponse<String>> waiting = client.sendAsync(
                submission(body).header("Prefer", "wait=20").build(), HttpResponse.BodyHandlers.ofString());
        until(() -> requests(id), count -> count == 1);

        tell(EventType.STARTED, Samples.started(id, 1));
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        HttpResponse<String> answer = waiting.join();
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Preference-Applied")).contains("wait=20");
        assertThat(json(answer).path("status").textValue()).isEqualTo("succeeded");
    }

    @Test
    void prefer_wait_answers_with_202_when_time_is_over() throws Exception {
        HttpResponse<String> answer = post(CIRCLE, "Prefer", "wait=1");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Preference-Applied")).contains("wait=1");
    }

    @Test
    void progress_shows_while_the_generation_runs() throws Exception {
        tell(EventType.STARTED, Samples.started(id, 1));
        tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 7));

        JsonNode found = json(until(
                () -> get("/v1/generations/" + id),
                r -> r.statusCode() == 200 && r.body().contains("\"step\":7")));

        assertThat(found.path("progress").path("stage").textValue()).isEqualTo("base");
        assertThat(found.path("status").textValue()).isEqualTo("processing");
    }

    @Test
    void an_event_stream_begins_with_the_state_and_ends_with_the_generation() throws Exception {
        post("{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"a red circle\"}}");
        HttpResponse<InputStream> stream = client.send(
                HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/events"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(nextEvent(lines)).isEqualTo("queued:queued");
            tell(EventType.STARTED, Samples.started(id, 1));
            assertThat(nextEvent(lines)).isEqualTo("processing:processing");
            tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 1));
            assertThat(nextEvent(lines)).isEqualTo("progress:processing");
            tell(EventType.STARTED, Samples.started(id, 1));
            tell(EventType.FAILED, Samples.failed(id, 1));
            assertThat(nextEvent(lines)).isEqualTo("failed:failed");
            assertThat(nextEvent(lines)).isNull();
        }
    }

    @Test
    void an_event_stream_of_a_finished_generation_is_its_state_alone() throws Exception {
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        until(() -> get("/v1/generations/" + id), GenerationsHttpTest::succeeded);

        HttpResponse<String> stream = get("/v1/generations/" + id + "/events");

        assertThat(stream.body()).contains("event:succeeded").containsOnlyOnce("data:");
    }

    @Test
    void a_picture_leads_to_where_it_is_stored() throws Exception {
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        JsonNode generation = json(until(() -> get("/v1/generations/" + id), GenerationsHttpTest::succeeded));

        HttpResponse<String> image = get("/v1/generations/" + id + "/images/0");

        String url = "https://pictures.example/generations/" + id + "/0.png?expires=3600";
        assertThat(image.statusCode()).isEqualTo(302);
        assertThat(image.headers().firstValue("Location")).contains(url);
        assertThat(generation.path("output").path(0).path("url").textValue()).isEqualTo(url);
        assertProblem(get("/v1/generations/" + id + "/images/1"), 404, "not_found");
        assertProblem(get("/v1/generations/" + id + "/images/x"), 404, "not_found");
    }

    @Test
    void a_picture_that_is_not_drawn_yet_is_not_there() throws Exception {
        String submitted = json(post(CIRCLE)).path("id").textValue();

        JsonNode problem = assertProblem(get("/v1/generations/" + submitted + "/images/0"), 404, "not_found");

        assertThat(problem.path("detail").textValue())
                .contains("no pictures yet")
                .contains("queued");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'input':{'prompt':'x','width':100}}              | input.width               | 100",
                "{'input':{'prompt':'x','num_inference_steps':151}}| input.num_inference_steps | 151",
                "{'input':{'prompt':'x','num_images':'two'}}       | input.num_images          | \"two\"",
                "{'input':{'prompt':7}}                            | input.prompt              | 7",
                "{'input':{}}                                      | input.prompt              | ",
                "{'id':'../etc','input':{'prompt':'x'}}            | id                        | \"../etc\"",
            },
            quoteCharacter = '`')
    void a_wrong_field_is_named_with_its_value(String body, String field, String value) throws Exception {
        JsonNode problem = assertProblem(post(body.replace('\'', '"')), 422, "invalid_request");

        assertThat(problem.path("errors")).hasSize(1);
        JsonNode error = problem.path("errors").path(0);
        assertThat(error.path("field").textValue()).isEqualTo(field);
        assertThat(error.path("value").textValue()).isEqualTo(value);
        assertThat(error.path("message").textValue()).isNotBlank();
    }

    @Test
    void every_wrong_field_has_its_entry() throws Exception {
        JsonNode problem = assertProblem(
                post("{\"input\":{\"width\":100,\"height\":-8,\"guidance_scale\":\"much\"}}"), 422, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("input.prompt", "input.width", "input.height", "input.guidance_scale");
    }

    @Test
    void what_is_no_json_object_is_a_bad_request() throws Exception {
        for (String body :
                new String[] {"{\"input\"", "", "[]", "{} {}", "\"text\"", CIRCLE.replace("red", "\\ud800")}) {
            assertProblem(post(body), 400, "malformed_message");
        }
    }

    @Test
    void a_prompt_of_two_megabytes_is_too_large() throws Exception {
        String body = "{\"input\":{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}}";

        assertProblem(post(body), 413, "request_too_large");
        // Without a declared length, too.
        HttpRequest.BodyPublisher chunks =
                HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body.getBytes()));
        assertProblem(
                call(HttpRequest.newBuilder(generations)
                        .header("Content-Type", "application/json")
                        .POST(chunks)),
                413,
                "request_too_large");
    }

    @Test
    void another_content_type_is_refused() throws Exception {
        HttpRequest.Builder form = HttpRequest.newBuilder(generations)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(CIRCLE));

        assertProblem(call(form), 415, "invalid_request");
    }

    @Test
    void an_endless_idempotency_key_is_refused() throws Exception {
        JsonNode problem = assertProblem(post(CIRCLE, "Idempotency-Key", "k".repeat(256)), 422, "invalid_request");

        assertThat(problem.path("errors").path(0).path("field").textValue()).isEqualTo("Idempotency-Key");
    }

    @Test
    void what_is_not_there_is_a_problem_too() throws Exception {
        assertProblem(get("/nowhere"), 404, "not_found");
        assertProblem(get("/v1/generations/unknown"), 404, "not_found");
        assertProblem(get("/v1/generations/.hidden"), 404, "not_found");
        assertProblem(get("/v1/generations/unknown/events"), 404, "not_found");
        assertProblem(get("/v1/schemas/unknown"), 404, "not_found");
        assertProblem(call(HttpRequest.newBuilder(generations).DELETE()), 405, "invalid_request");
    }

    @Test
    void schemas_and_openapi_document_are_served() throws Exception {
        JsonNode schema = json(get("/v1/schemas/generation-request.schema.json"));
        assertThat(schema.path("$schema").textValue()).isEqualTo("https://json-schema.org/draft/2020-12/schema");

        JsonNode paths = json(get("/q/openapi?format=json")).path("paths");
        assertThat(paths.fieldNames())
                .toIterable()
                .contains(
                        "/v1/generations",
                        "/v1/generations/{id}",
                        "/v1/generations/{id}/events",
                        "/v1/generations/{id}/images/{index}");
        assertThat(paths.path("/v1/generations").path("post").path("responses").fieldNames())
                .toIterable()
                .contains("202", "201", "200", "400", "413", "415", "422", "503");
    }

    @Test
    void submissions_and_records_are_counted() throws Exception {
        post(CIRCLE);

        until(
                () -> get("/q/metrics"),
                r -> r.body().contains("atelier_submissions_total{outcome=\"accepted\"}")
                        && r.body().contains("atelier_projection_records_total{outcome=\"read\""));
    }

    private void tell(EventType type, Generation generation) {
        kafka.append(worker.write(type, generation, Instant.now()));
    }

    private long requests(String id) {
        return TOPICS.requests().stream()
                .flatMap(topic -> kafka.log(topic).stream())
                .filter(record -> id.equals(key(record)))
                .count();
    }

    private long queuedEvents(String id) {
        return kafka.log(TOPICS.events()).stream()
                .filter(record -> id.equals(key(record)))
                .filter(record -> worker.typeOf(record).equals(java.util.Optional.of(EventType.QUEUED)))
                .count();
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    private static boolean succeeded(HttpResponse<String> response) {
        return response.body().contains("\"status\":\"succeeded\"");
    }

    /** The next event as {@code name:status of its data}; null at the end of the stream. */
    private static String nextEvent(BufferedReader lines) throws IOException {
        String name = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event:")) {
                name = line.substring("event:".length()).trim();
            } else if (line.startsWith("data:")) {
                String data = line.substring("data:".length());
                return name + ":" + Json.mapper().readTree(data).path("status").textValue();
            }
        }
        return null;
    }

    private static JsonNode assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
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

    private HttpRequest.Builder submission(String body) {
        return HttpRequest.newBuilder(generations)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = submission(body);
        return call(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return call(HttpRequest.newBuilder(generations.resolve(path)));
    }

    private HttpResponse<String> call(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    private static <T> T until(Call<T> call, Predicate<T> wanted) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        while (true) {
            T value = call.make();
            if (wanted.test(value)) {
                return value;
            }
            assertThat(Instant.now()).as("last was %s", value).isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    private interface Call<T> {
        T make() throws Exception;
    }
}
