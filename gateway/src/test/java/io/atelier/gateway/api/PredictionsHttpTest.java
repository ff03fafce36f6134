package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generations as clients of Replicate see them. */
@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class PredictionsHttpTest extends HttpTest {
    @Test
    void a_prediction_becomes_a_request_in_our_words() throws Exception {
        HttpResponse<String> response = predict(
                "{'version':'39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b','input':{'prompt':'a red"
                        + " circle','num_outputs':2,'scheduler':'KarrasDPM','refine':'expert_ensemble_refiner',"
                        + "'high_noise_frac':0.7,'apply_watermark':true},'webhook':'https://receiver.example/hook',"
                        + "'webhook_events_filter':['start','completed']}",
                "Cancel-After",
                "5m");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        JsonNode prediction = json(response);
        assertThat(prediction.path("status").textValue()).isEqualTo("starting");
        assertThat(prediction.path("source").textValue()).isEqualTo("api");
        assertThat(prediction.path("output").isNull()).isTrue();
        assertThat(prediction.path("error").isNull()).isTrue();
        assertThat(prediction.path("input").path("num_outputs").intValue()).isEqualTo(2);
        assertThat(prediction.path("input").path("scheduler").textValue()).isEqualTo("KarrasDPM");
        assertThat(prediction.path("webhook_events_filter").toString()).isEqualTo("[\"start\",\"completed\"]");
        assertThat(prediction.path("urls").path("get").textValue())
                .endsWith("/v1/predictions/" + prediction.path("id").textValue())
                .isEqualTo(response.headers().firstValue("Location").orElseThrow());
        assertThat(prediction.path("deadline").textValue()).isNotBlank();

        JsonNode request = requested(prediction.path("id").textValue());
        assertThat(request.path("input").path("num_images").intValue()).isEqualTo(2);
        assertThat(request.path("input").path("sigma_schedule").textValue()).isEqualTo("karras");
        assertThat(request.path("input").path("refiner").path("switch_at").doubleValue())
                .isEqualTo(0.7);
        assertThat(request.path("webhook_events_filter").toString()).isEqualTo("[\"started\",\"completed\"]");
        assertThat(request.path("webhook_format").textValue()).isEqualTo("replicate");
        assertThat(request.path("expires_in").textValue()).isEqualTo("PT5M");
        assertThat(request.has("model")).isFalse();
    }

    @Test
    void who_waits_gets_the_end() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = client.sendAsync(
                call(
                                "models/stability-ai/sdxl/predictions",
                                "{'input':{'prompt':'wait " + id + "'}}",
                                "Prefer",
                                "wait=20")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String made = madeFor("wait " + id);
        tell(EventType.STARTED, Samples.started(made, 1));
        tell(EventType.SUCCEEDED, Samples.succeeded(made, 1));

        JsonNode prediction = json(waiting.join());
        assertThat(prediction.path("status").textValue()).isEqualTo("succeeded");
        assertThat(prediction.path("output").get(0).textValue())
                .startsWith("https://pictures.example/generations/" + made + "/0.png");
        assertThat(prediction.path("metrics").path("predict_time").doubleValue())
                .isEqualTo(59);
        assertThat(prediction.path("metrics").path("total_time").doubleValue()).isEqualTo(60);
    }

    @Test
    void one_that_is_still_drawn_when_the_wait_is_over_is_starting_for_the_waiter_only() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = client.sendAsync(
                call("predictions", "{'input':{'prompt':'slow " + id + "'}}", "Prefer", "wait=3")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String made = madeFor("slow " + id);
        told(EventType.STARTED, Samples.started(made, 1));

        assertThat(json(waiting.join()).path("status").textValue()).isEqualTo("starting");
        assertThat(json(get("/v1/predictions/" + made)).path("status").textValue())
                .isEqualTo("processing");
    }

    @Test
    void progress_is_told_as_official_clients_read_it() throws Exception {
        told(EventType.STARTED, Samples.started(id, 1));
        tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 15));

        JsonNode prediction =
                json(until(() -> get("/v1/predictions/" + id), r -> r.body().contains("15/30")));
        assertThat(prediction.path("logs").textValue()).isEqualTo("50%|█████     | 15/30\n");
    }

    @Test
    void other_ends_have_their_names_there() throws Exception {
        assertEnd(EventType.FAILED, Samples.failed(id + "-failed", 1), "failed", "Out of memory");
        assertEnd(EventType.CANCELED, Samples.canceled(id + "-canceled", 1), "canceled", null);
        assertEnd(EventType.EXPIRED, Samples.expired(id + "-expired", 1), "aborted", null);
    }

    private void assertEnd(EventType type, Generation generation, String status, String error) throws Exception {
        told(type, generation);
        JsonNode prediction = json(get("/v1/predictions/" + generation.id()));
        assertThat(prediction.path("status").textValue()).isEqualTo(status);
        assertThat(prediction.path("error").textValue()).isEqualTo(error);
    }

    @Test
    void a_prediction_is_cancelled_and_one_that_has_ended_stays() throws Exception {
        post(request(id));
        HttpResponse<String> cancelled = call(call("predictions/" + id + "/cancel", ""));
        assertThat(cancelled.statusCode()).as(cancelled.body()).isEqualTo(200);
        assertThat(kafka.log(TOPICS.cancellations()).stream().map(HttpTest::key))
                .contains(id);

        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        HttpResponse<String> again = call(call("predictions/" + id + "/cancel", ""));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).path("status").textValue()).isEqualTo("succeeded");
        assertProblem(call(call("predictions/unknown/cancel", "")), 404, "not_found");
    }

    @Test
    void pages_lead_through_all_predictions() throws Exception {
        for (int i = 0; i < 101; i++) {
            post(request(id + "-" + i));
        }
        JsonNode first = json(get("/v1/predictions"));
        assertThat(first.path("results")).hasSize(100);
        assertThat(first.path("previous").isNull()).isTrue();
        String next = first.path("next").textValue();
        JsonNode second = json(call(HttpRequest.newBuilder(URI.create(next))));
        assertThat(second.path("results")).isNotEmpty();
        assertThat(first.path("results").findValuesAsText("id"))
                .doesNotContainAnyElementsOf(second.path("results").findValuesAsText("id"));
        assertProblem(get("/v1/predictions?cursor=x"), 422, "invalid_request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            input                   | {}
            input                   | {'input':5}
            input.prompt            | {'input':{}}
            input.num_outputs       | {'input':{'prompt':'x','num_outputs':9}}
            input.num_outputs       | {'input':{'prompt':'x','num_outputs':'two'}}
            input.refine            | {'input':{'prompt':'x','refine':'twice'}}
            input.high_noise_frac   | {'input':{'prompt':'x','refine':'expert_ensemble_refiner','high_noise_frac':1.5}}
            input.prompt_strength   | {'input':{'prompt':'x','prompt_strength':2}}
            input.replicate_weights | {'input':{'prompt':'x','replicate_weights':'https://a/b'}}
            webhook                 | {'input':{'prompt':'x'},'webhook':'ftp://a'}
            webhook                 | {'input':{'prompt':'x'},'webhook':'https://10.0.0.1/hook'}
            webhook_events_filter   | {'input':{'prompt':'x'},'webhook':'https://a','webhook_events_filter':'start'}
            webhook_events_filter   | {'input':{'prompt':'x'},'webhook_events_filter':'start'}
            version                 | {'input':{'prompt':'x'},'version':2}
            webhook_events_filter.1 | {'input':{'prompt':'x'},'webhook':'https://a','webhook_events_filter':['start','queued']}
            """)
    void mistakes_are_named_as_the_caller_knows_the_fields(String field, String body) throws Exception {
        HttpResponse<String> response = predict(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(422);
        assertThat(json(response).path("errors").get(0).path("field").textValue())
                .isEqualTo(field);
        assertThat(json(response).path("detail").textValue()).contains(field);
    }

    private HttpResponse<String> predict(String body, String... headers) throws Exception {
        return call(call("predictions", body, headers));
    }

    private HttpRequest.Builder call(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(generations.resolve("/v1/" + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private String madeFor(String prompt) throws Exception {
        return until(
                () -> TOPICS.requests().stream()
                        .flatMap(topic -> kafka.log(topic).stream())
                        .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains(prompt))
                        .map(HttpTest::key)
                        .findFirst()
                        .orElse(null),
                found -> found != null);
    }

    private JsonNode requested(String id) throws Exception {
        ConsumerRecord<byte[], byte[]> record = TOPICS.requests().stream()
                .flatMap(topic -> kafka.log(topic).stream())
                .filter(one -> key(one).equals(id))
                .findFirst()
                .orElseThrow();
        return Json.mapper().readTree(record.value());
    }
}
