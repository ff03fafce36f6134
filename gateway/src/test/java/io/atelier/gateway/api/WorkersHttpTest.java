package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.workers.Heartbeats;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.Json;
import io.atelier.message.SchemaValidator;
import io.atelier.message.Schemas;
import io.atelier.message.WorkerCodec;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class WorkersHttpTest extends HttpTest {
    private final WorkerCodec heartbeats = new WorkerCodec(TOPICS, URI.create("/atelier/worker/test"));
    private final String name = "worker-" + id;

    @AfterEach
    void leave() throws Exception {
        kafka.append(heartbeats.writeGone(name));
        until(() -> get("/v1/workers"), answer -> worker(answer).isMissingNode());
    }

    @Test
    void a_worker_is_there_from_its_first_heartbeat_until_it_leaves() throws Exception {
        beat("sdxl", State.BUSY);

        JsonNode worker =
                worker(until(() -> get("/v1/workers"), answer -> !worker(answer).isMissingNode()));
        assertThat(worker.path("model").textValue()).isEqualTo("sdxl");
        assertThat(worker.path("state").textValue()).isEqualTo("busy");
        assertThat(worker.path("jobs_in_hand").intValue()).isEqualTo(1);
        assertThat(worker.toString()).as("whose jobs they are").doesNotContain("in-hand");
        assertThat(worker.at("/capabilities/max_side").intValue()).isEqualTo(1024);

        kafka.append(heartbeats.writeGone(name));
        until(() -> get("/v1/workers"), answer -> worker(answer).isMissingNode());
    }

    @Test
    void what_is_no_heartbeat_is_passed_over() throws Exception {
        for (String nonsense : new String[] {"[]", "{}", "{\"id\":\"" + name + "\"}", "\u0000", "{\"id\":\"other\"}"}) {
            kafka.append(new ProducerRecord<>(TOPICS.workers(), name.getBytes(), nonsense.getBytes()));
        }
        WorkerStatus ofAnother = Heartbeats.worker("other-" + id, "sdxl", State.READY, Instant.now());
        kafka.append(new ProducerRecord<>(
                TOPICS.workers(), name.getBytes(), Json.mapper().writeValueAsBytes(ofAnother)));
        beat("sdxl", State.READY);

        HttpResponse<String> list =
                until(() -> get("/v1/workers"), answer -> !worker(answer).isMissingNode());
        assertThat(list.body()).doesNotContain("other-" + id);
    }

    @Test
    void models_are_those_of_the_live_workers() throws Exception {
        String model = "model-" + id;
        beat(model, State.READY);

        JsonNode offer = model(
                until(() -> get("/v1/models"), answer -> !model(answer, model).isMissingNode()), model);
        assertThat(offer.path("workers").intValue()).isEqualTo(1);
        assertThat(offer.at("/native_size/width").intValue()).isEqualTo(1024);
        assertThat(offer.path("max_pixels").intValue()).isEqualTo(1_048_576);
        assertThat(offer.path("schedulers")).hasSize(2);
        assertThat(offer.path("refiner").booleanValue()).isTrue();
        assertThat(offer.path("inpainting").booleanValue()).isTrue();
        assertThat(offer.at("/defaults/num_inference_steps").intValue()).isEqualTo(30);
        assertThat(offer.at("/defaults/refiner/mode").textValue()).isEqualTo("none");
    }

    /** As OpenAI's own answer is described in openai/openai-openapi, ListModelsResponse. */
    @Test
    void models_are_listed_for_clients_of_openai_too() throws Exception {
        String model = "model-" + id;
        beat(model, State.READY);

        JsonNode list = json(
                until(() -> get("/v1/models"), answer -> !model(answer, model).isMissingNode()));
        assertThat(list.path("object").textValue()).isEqualTo("list");
        JsonNode theirs =
                list.path("data").get(list.path("data").findValuesAsText("id").indexOf(model));
        assertThat(theirs.path("object").textValue()).isEqualTo("model");
        assertThat(theirs.path("owned_by").textValue()).isEqualTo("atelier");
        assertThat(theirs.path("created").longValue())
                .isBetween(1L, Instant.now().getEpochSecond());
    }

    @Test
    void what_no_live_worker_can_draw_is_accepted_with_a_warning() throws Exception {
        String model = "model-" + id;
        String request = "{\"id\":\"" + id + "\",\"model\":\"" + model + "\",\"input\":{\"prompt\":\"x\"}}";

        HttpResponse<String> accepted = post(request);

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertImpossible(json(accepted));
        assertThat(requests(id)).isEqualTo(1);
        assertImpossible(json(get("/v1/generations/" + id)));

        beat(model, State.READY);
        JsonNode possible = json(until(
                () -> get("/v1/generations/" + id),
                answer -> json(answer).at("/queue/is_possible").booleanValue()));
        assertThat(possible.path("warnings")).isEmpty();
        assertThat(possible.at("/queue/position").intValue()).isPositive();
        assertThat(new SchemaValidator(Schemas.GENERATION).validate(possible)).isEmpty();
    }

    private static void assertImpossible(JsonNode generation) {
        assertThat(generation.at("/queue/is_possible").isBoolean()).isTrue();
        assertThat(generation.at("/queue/is_possible").booleanValue()).isFalse();
        assertThat(generation.at("/queue/eta_seconds").isNull()).isTrue();
        assertThat(generation.at("/warnings/0").textValue()).startsWith("No live worker can draw this: ");
        assertThat(new SchemaValidator(Schemas.GENERATION).validate(generation)).isEmpty();
    }

    private void beat(String model, State state) {
        kafka.append(heartbeats.write(Heartbeats.worker(name, model, state, Instant.now())));
    }

    private JsonNode worker(HttpResponse<String> answer) throws Exception {
        for (JsonNode worker : json(answer).path("workers")) {
            if (worker.path("id").textValue().equals(name)) {
                return worker;
            }
        }
        return json(answer).path("none");
    }

    private static JsonNode model(HttpResponse<String> answer, String name) throws Exception {
        for (JsonNode model : json(answer).path("models")) {
            if (model.path("name").textValue().equals(name)) {
                return model;
            }
        }
        return json(answer).path("none");
    }
}
