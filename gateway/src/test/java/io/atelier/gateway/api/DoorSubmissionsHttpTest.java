package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.gateway.workers.Heartbeats;
import io.atelier.job.GenerationId;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.message.WorkerCodec;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for a submission holds at every door. */
@QuarkusTest
@TestProfile(DoorSubmissionsHttpTest.NamedModels.class)
class DoorSubmissionsHttpTest extends HttpTest {
    private static final String VERSION = "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b";

    /** The models are known beforehand. */
    public static class NamedModels extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("atelier.store.path", "doors");
            settings.put("atelier.models", "tiny,turbo");
            return settings;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            generations                   | {'model':'flux','input':{'prompt':'x'}}
            predictions                   | {'version':'black-forest-labs/flux','input':{'prompt':'x'}}
            predictions                   | {'version':'flux','input':{'prompt':'x'}}
            models/atelier/sdxl/predictions | {'input':{'prompt':'x'}}
            """)
    void a_model_that_is_not_served_is_refused(String path, String body) throws Exception {
        JsonNode problem = assertProblem(send(path, body), 422, "unknown_model");

        assertThat(problem.at("/errors/0/field").textValue()).isEqualTo("model");
        assertThat(problem.path("detail").textValue()).contains("tiny", "turbo");
    }

    @Test
    void a_model_that_is_not_served_is_refused_in_the_words_of_openai() throws Exception {
        HttpResponse<String> refused = send("images/generations", "{'prompt':'x','model':'flux'}");

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        JsonNode error = json(refused).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("unknown_model");
        assertThat(error.path("param").textValue()).isEqualTo("model");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            predictions, version, stability-ai/sdxl, none
            predictions, version, stability-ai/sdxl:39ed52f2, none
            predictions, version, 39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b, none
            predictions, version, hidden, none
            predictions, version, atelier/tiny, tiny
            predictions, version, someone/turbo:39ed52f2, turbo
            images/generations, model, dall-e-3, none
            images/generations, model, gpt-image-1, none
            images/generations, model, turbo, turbo
            """)
    void the_other_services_own_models_are_the_workers_own(String path, String field, String theirs, String ours)
            throws Exception {
        String prompt = "'prompt':'names " + id + "'";
        String input = path.equals("predictions") ? "'input':{" + prompt + "}" : prompt;
        send(path, "{'" + field + "':'" + theirs + "'," + input + "}");

        assertThat(requested("names " + id).path("model").textValue()).isEqualTo(ours);
    }

    @Test
    void a_key_makes_a_prediction_safe_to_repeat() throws Exception {
        String body = "{'version':'" + VERSION + "','input':{'prompt':'x'}}";
        HttpResponse<String> first = send("predictions", body, "Idempotency-Key", id);
        HttpResponse<String> again = send("predictions", body, "Idempotency-Key", id);
        HttpResponse<String> byModel =
                send("models/stability-ai/sdxl/predictions", "{'input':{'prompt':'x'}}", "Idempotency-Key", id);

        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(withoutPlace(again)).isEqualTo(withoutPlace(first));
        assertThat(withoutPlace(byModel)).isEqualTo(withoutPlace(first));
        assertThat(requests(json(first).path("id").textValue())).isEqualTo(1);
        JsonNode problem = assertProblem(
                send("predictions", body.replace("'x'", "'y'"), "Idempotency-Key", id), 422, "invalid_request");
        assertThat(problem.at("/errors/0/field").textValue()).isEqualTo("Idempotency-Key");
        assertProblem(send("generations", "{'input':{'prompt':'y'}}", "Idempotency-Key", id), 422, "invalid_request");
        assertProblem(send("predictions", body, "Idempotency-Key", "k".repeat(300)), 422, "invalid_request");
    }

    /** What is before it in the queue changes by the second. */
    private static JsonNode withoutPlace(HttpResponse<String> response) throws IOException {
        return ((ObjectNode) json(response)).<ObjectNode>without("queue");
    }

    @Test
    void a_key_makes_a_call_for_pictures_safe_to_repeat() throws Exception {
        String made = GenerationId.ofIdempotencyKey("default", id).value();
        String body = "{'prompt':'x'}";
        assertThat(send("images/generations", body, "Idempotency-Key", id).statusCode())
                .as("nobody has drawn it in the time that a call may last")
                .isEqualTo(504);
        assertThat(kafka.log(TOPICS.cancellations()).stream().map(HttpTest::key))
                .doesNotContain(made);
        told(EventType.SUCCEEDED, Samples.succeeded(made, 1));

        HttpResponse<String> again = send("images/generations", body, "Idempotency-Key", id);

        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(json(again).at("/data/0/url").textValue()).contains("/" + made + "/0.png");
        assertThat(requests(made)).isEqualTo(1);
        HttpResponse<String> other = send("images/generations", "{'prompt':'y'}", "Idempotency-Key", id);
        assertThat(other.statusCode()).as(other.body()).isEqualTo(400);
        assertThat(json(other).at("/error/param").textValue()).isEqualTo("Idempotency-Key");
    }

    @Test
    void a_prediction_that_waits_says_whether_anybody_can_draw_it() throws Exception {
        WorkerCodec heartbeats = new WorkerCodec(TOPICS, URI.create("/atelier/worker/test"));
        String prediction = json(send("predictions", "{'version':'tiny','input':{'prompt':'x'}}"))
                .path("id")
                .textValue();

        JsonNode impossible = json(get("/v1/predictions/" + prediction));
        assertThat(impossible.at("/queue/is_possible").isBoolean()).isTrue();
        assertThat(impossible.at("/queue/is_possible").booleanValue()).isFalse();
        assertThat(impossible.path("logs").textValue()).contains("Warning: No live worker can draw this");

        kafka.append(heartbeats.write(Heartbeats.worker("worker-" + id, "tiny", State.READY, Instant.now())));
        JsonNode possible = json(until(
                () -> get("/v1/predictions/" + prediction),
                answer -> json(answer).at("/queue/is_possible").booleanValue()));
        assertThat(possible.at("/queue/position").intValue()).isPositive();
        assertThat(possible.path("logs").textValue()).doesNotContain("Warning");

        told(EventType.STARTED, Samples.started(prediction, 1));
        assertThat(json(get("/v1/predictions/" + prediction)).has("queue")).isFalse();
        kafka.append(heartbeats.writeGone("worker-" + id));
    }

    private HttpResponse<String> send(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(generations.resolve("/v1/" + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
        return call(headers.length == 0 ? request : request.headers(headers));
    }

    private JsonNode requested(String prompt) throws Exception {
        ConsumerRecord<byte[], byte[]> record = TOPICS.requests().stream()
                .flatMap(topic -> kafka.log(topic).stream())
                .filter(one -> new String(one.value(), StandardCharsets.UTF_8).contains(prompt))
                .findFirst()
                .orElseThrow();
        return Json.mapper().readTree(record.value());
    }
}
