package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class SubmissionHttpTest extends HttpTest {
    @Inject
    CallContexts contexts;

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
        assertThat(withoutPlace(found)).isEqualTo(withoutPlace(accepted));
        assertThat(kafka.log(TOPICS.requests().get(0)))
                .anyMatch(record -> key(record).equals(generation.path("id").textValue()));
    }

    @Test
    void a_submission_is_announced_once() throws Exception {
        HttpResponse<String> answer = post(CIRCLE);
        String submitted = json(answer).path("id").textValue();
        assertThat(submitted).as(answer.body()).isNotNull();

        until(() -> queuedEvents(submitted), count -> count == 1);
    }

    /** Those that come together are stored together; one's answer then must not be made in what belongs to another's call. */
    @Test
    void each_of_many_at_once_is_answered_as_a_call_of_its_own() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(client.sendAsync(
                        HttpRequest.newBuilder(generations)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(CIRCLE))
                                .build(),
                        BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(202);
            }
        }

        assertThat(contexts.strays()).isEmpty();
    }

    @Test
    void the_same_id_again_is_the_same_generation() throws Exception {
        String body = request(id);

        JsonNode first = withoutPlace(post(body));
        JsonNode second = withoutPlace(post(body));

        assertThat(second).isEqualTo(first);
        assertThat(requests(id)).isEqualTo(1);
    }

    /** What is before it in the queue changes by the second. */
    private static JsonNode withoutPlace(HttpResponse<String> response) throws IOException {
        return ((ObjectNode) json(response)).<ObjectNode>without("queue");
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
        String body = request(id);
        post(body);
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        until(() -> get("/v1/generations/" + id), HttpTest::succeeded);

        assertThat(post(body).statusCode()).isEqualTo(200);
        assertThat(post(body, "Prefer", "wait=5").statusCode()).isEqualTo(201);
    }

    @Test
    void nothing_is_stored_when_kafka_refuses() throws Exception {
        kafka.away(true);
        HttpResponse<String> refused = post(request(id));

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
        String body = request(id);
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
    void submissions_and_records_are_counted() throws Exception {
        post(CIRCLE);

        until(
                () -> get("/q/metrics"),
                r -> r.body().contains("atelier_submissions_total{outcome=\"accepted\"}")
                        && r.body().contains("atelier_projection_records_total{outcome=\"read\""));
    }

    @Test
    void the_same_request_written_otherwise_is_the_same_generation() throws Exception {
        post(
                "{\"metadata\":{\"a\":\"1\",\"b\":\"2\"},\"input\":{\"prompt\":\"x\",\"seed\":null}}",
                "Idempotency-Key",
                id);
        HttpResponse<String> again = post(
                "{ \"input\": {\"prompt\":\"x\"}, \"metadata\": {\"b\":\"2\",\"a\":\"1\"} }", "Idempotency-Key", id);

        assertThat(again.statusCode()).isEqualTo(202);
    }

    @Test
    void an_idempotency_key_with_another_request_is_refused() throws Exception {
        post(CIRCLE, "Idempotency-Key", id);
        HttpResponse<String> other = post("{\"input\":{\"prompt\":\"a star\"}}", "Idempotency-Key", id);

        JsonNode problem = assertProblem(other, 422, "invalid_request");
        assertThat(problem.path("errors").findValuesAsText("field")).containsExactly("Idempotency-Key");
    }

    @Test
    void a_generation_is_named_by_its_key_or_by_its_id_and_not_by_both() throws Exception {
        JsonNode problem = assertProblem(post(request(id), "Idempotency-Key", "order-17"), 422, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field")).containsExactly("Idempotency-Key");
        assertThat(problem.path("errors").findValuesAsText("value")).containsExactly("\"order-17\"");
        assertThat(requests(id)).isZero();
    }

    @Test
    void an_id_with_another_request_is_taken() throws Exception {
        post(request(id));

        assertProblem(post(request(id).replace("red", "blue")), 409, "conflict");
        assertThat(requests(id)).isEqualTo(1);
    }

    /** As if another gateway, or another program, had sent the first one. */
    @Test
    void an_idempotency_key_meets_what_came_by_kafka() throws Exception {
        String byKey = GenerationId.ofIdempotencyKey("default", id).value();
        kafka.append(new ProducerRecord<>(
                TOPICS.requests().get(1),
                byKey.getBytes(StandardCharsets.UTF_8),
                CIRCLE.getBytes(StandardCharsets.UTF_8)));
        until(() -> get("/v1/generations/" + byKey), r -> r.statusCode() == 200);

        assertThat(json(post(CIRCLE, "Idempotency-Key", id)).path("id").textValue())
                .isEqualTo(byKey);
        assertProblem(post("{\"input\":{\"prompt\":\"a star\"}}", "Idempotency-Key", id), 422, "invalid_request");
        assertThat(requests(byKey)).isEqualTo(1);
    }
}
