package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Cancellation;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class CancelHttpTest extends HttpTest {
    private HttpResponse<String> cancel(String id, String body) throws Exception {
        return call(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/cancel"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private List<Cancellation> cancellations() {
        return kafka.log(TOPICS.cancellations()).stream()
                .filter(record -> id.equals(key(record)))
                .map(worker::readCancellation)
                .flatMap(Optional::stream)
                .collect(Collectors.toList());
    }

    @Test
    void the_workers_are_told_why() throws Exception {
        post(request(id));

        HttpResponse<String> answer = cancel(id, "{\"reason\":\"a mistake\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer).path("status").textValue()).isEqualTo("queued");
        assertThat(json(answer).has("cancel_requested_at")).isTrue();
        assertThat(cancellations()).containsExactly(new Cancellation(new GenerationId(id), "a mistake"));
    }

    @Test
    void a_body_is_not_needed() throws Exception {
        told(EventType.STARTED, Samples.started(id, 1));

        HttpResponse<String> answer =
                call(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/cancel"))
                        .POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer).path("status").textValue()).isEqualTo("processing");
        assertThat(cancellations()).containsExactly(new Cancellation(new GenerationId(id), null));
    }

    @Test
    void what_has_ended_keeps_its_result() throws Exception {
        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        JsonNode problem = assertProblem(cancel(id, ""), 409, "conflict");

        assertThat(problem.path("detail").textValue()).contains("succeeded");
        assertThat(cancellations()).isEmpty();
    }

    @Test
    void what_is_unknown_or_wrong_is_told() throws Exception {
        assertProblem(cancel(id, ""), 404, "not_found");
        post(request(id));
        assertProblem(cancel(id, "why not"), 400, "malformed_message");
        assertThat(assertProblem(cancel(id, "{\"reason\":7}"), 422, "invalid_request")
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactly("reason");
        assertProblem(cancel(id, "{\"id\":\"another\"}"), 422, "invalid_request");
        assertProblem(cancel(id, "{\"reason\":\"" + "x".repeat(70_000) + "\"}"), 413, "request_too_large");
        assertThat(cancellations()).isEmpty();
    }

    @Test
    void without_a_broker_it_has_to_be_tried_again() throws Exception {
        post(request(id));
        kafka.away(true);

        HttpResponse<String> answer = cancel(id, "");

        assertProblem(answer, 503, "broker_unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    /** Before its request, as Kafka may deliver them: topics are read side by side. */
    @Test
    void a_cancellation_of_another_program_is_seen_until_the_end() throws Exception {
        kafka.append(new ProducerRecord<>(TOPICS.cancellations(), bytes(id), bytes("not wanted")));
        assertThat(json(post(request(id))).has("cancel_requested_at")).isFalse();

        JsonNode cancelled = json(until(
                () -> get("/v1/generations/" + id), answer -> answer.body().contains("cancel_requested_at")));
        assertThat(cancelled.path("status").textValue()).isEqualTo("queued");
        assertThat(Instant.parse(cancelled.path("cancel_requested_at").textValue()))
                .isEqualTo(Instant.ofEpochMilli(kafka.log(TOPICS.cancellations()).stream()
                        .filter(record -> id.equals(key(record)))
                        .findFirst()
                        .orElseThrow()
                        .timestamp()));

        told(EventType.CANCELED, Samples.canceled(id, 1));
        assertThat(json(get("/v1/generations/" + id)).has("cancel_requested_at"))
                .isFalse();
    }

    @Test
    void an_old_cancellation_is_none_of_a_new_generation() throws Exception {
        Instant before = Instant.now().minus(Duration.ofMinutes(2));
        kafka.append(new ProducerRecord<>(TOPICS.cancellations(), null, before.toEpochMilli(), bytes(id), bytes("{}")));
        String after = id + "-after";
        kafka.append(new ProducerRecord<>(TOPICS.cancellations(), bytes(after), bytes("{}")));
        post(request(id));
        post(request(after));

        until(() -> get("/v1/generations/" + after), answer -> answer.body().contains("cancel_requested_at"));
        assertThat(json(get("/v1/generations/" + id)).has("cancel_requested_at"))
                .isFalse();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void what_became_of_it_is_told_as_for_every_generation() throws Exception {
        post(request(id));
        cancel(id, "");

        told(EventType.CANCELED, Samples.canceled(id, 1));

        assertThat(json(get("/v1/generations/" + id)).path("status").textValue())
                .isEqualTo("canceled");
        assertProblem(cancel(id, ""), 409, "conflict");
    }
}
