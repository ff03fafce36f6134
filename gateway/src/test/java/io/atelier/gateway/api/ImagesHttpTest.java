package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.storage.ImageLocation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's call for pictures. */
@QuarkusTest
@TestProfile(ImagesHttpTest.ShortWait.class)
class ImagesHttpTest extends HttpTest {
    /** The gateway gives up soon. */
    public static class ShortWait extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("atelier.doors.openai-wait", "6s");
            settings.put("atelier.store.path", "images");
            return settings;
        }
    }

    @Test
    void a_call_becomes_a_request_in_our_words_and_is_answered_with_urls() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting =
                draw("'model':'dall-e-3','n':2,'size':'128x96','quality':'hd','style':'vivid','user':'u1','seed':7,"
                        + "'negative_prompt':'blue','output_format':'webp','output_compression':80");
        ConsumerRecord<byte[], byte[]> record = made();
        JsonNode request = Json.mapper().readTree(record.value());
        assertThat(request.path("input").path("num_images").intValue()).isEqualTo(2);
        assertThat(request.path("input").path("width").intValue()).isEqualTo(128);
        assertThat(request.path("input").path("height").intValue()).isEqualTo(96);
        assertThat(request.path("input").path("seed").intValue()).isEqualTo(7);
        assertThat(request.path("input").path("negative_prompt").textValue()).isEqualTo("blue");
        assertThat(request.path("input").has("user")).isFalse();
        assertThat(request.path("output").path("format").textValue()).isEqualTo("webp");
        assertThat(request.path("output").path("quality").intValue()).isEqualTo(80);
        assertThat(request.has("model")).isFalse();

        end(record, id -> Samples.succeeded(id, 1), EventType.SUCCEEDED);
        HttpResponse<String> response = waiting.join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(answer.path("created").longValue())
                .isEqualTo(Samples.succeeded("a", 1).completedAt().getEpochSecond());
        assertThat(answer.path("data").get(0).path("url").textValue())
                .startsWith("https://pictures.example/generations/" + key(record) + "/0.png");
        assertThat(answer.path("data").get(0).has("b64_json")).isFalse();
        assertThat(answer.path("size").textValue()).isEqualTo("128x128");
        assertThat(answer.path("output_format").textValue()).isEqualTo("png");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'response_format':'b64_json'", "'model':'gpt-image-1'"})
    void bytes_are_given_where_they_are_asked_for_or_usual(String fields) throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = draw(fields);
        ConsumerRecord<byte[], byte[]> record = made();
        byte[] picture = ("picture of " + key(record)).getBytes(StandardCharsets.UTF_8);
        pictures.put(new ImageLocation("generations", key(record) + "/0.png"), picture, "image/png");
        end(record, id -> Samples.succeeded(id, 1), EventType.SUCCEEDED);

        JsonNode image = json(waiting.join()).path("data").get(0);
        assertThat(Base64.getDecoder().decode(image.path("b64_json").textValue()))
                .isEqualTo(picture);
        assertThat(image.has("url")).isFalse();
    }

    @Test
    void what_workers_refuse_is_the_callers_mistake_and_what_they_cannot_do_is_not() throws Exception {
        CompletableFuture<HttpResponse<String>> refused = draw("'scheduler':'dpm_fast'");
        end(made(), id -> failed(id, ErrorCode.UNSUPPORTED), EventType.FAILED);
        assertError(refused.join(), 400, "invalid_request_error", "unsupported", null);

        CompletableFuture<HttpResponse<String>> broken = draw("'size':'auto'");
        end(made(), id -> failed(id, ErrorCode.OUT_OF_MEMORY), EventType.FAILED);
        assertError(broken.join(), 500, "server_error", "out_of_memory", null);
        assertThat(broken.join().headers().firstValue("x-should-retry")).contains("false");

        CompletableFuture<HttpResponse<String>> cancelled = draw("'size':null");
        end(made(), id -> Samples.canceled(id, 1), EventType.CANCELED);
        assertError(cancelled.join(), 409, "invalid_request_error", "conflict", null);
    }

    private static Generation failed(String id, ErrorCode code) {
        return Samples.failed(id, 1).toBuilder()
                .error(new GenerationError(code, "It cannot be drawn", code.retryable(), null))
                .build();
    }

    @Test
    void what_a_caller_asked_for_who_has_hung_up_is_cancelled() throws Exception {
        String left = hangUpAfter("a red circle", "");

        until(this::cancelledForTheirCallersHaveGone, cancelled -> cancelled.contains(left));
    }

    @Test
    void a_caller_with_a_key_may_come_again_for_what_it_has_asked_for() throws Exception {
        String kept = hangUpAfter("a blue star", "Idempotency-Key: " + id + "\r\n");
        String left = hangUpAfter("a red circle", "");

        until(this::cancelledForTheirCallersHaveGone, cancelled -> cancelled.contains(left));
        assertThat(cancelledForTheirCallersHaveGone()).doesNotContain(kept);
    }

    private List<String> cancelledForTheirCallersHaveGone() {
        return kafka.log(TOPICS.cancellations()).stream()
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains("its caller has gone"))
                .map(HttpTest::key)
                .toList();
    }

    /** @return the id of the request that the call became */
    private String hangUpAfter(String what, String headers) throws Exception {
        String prompt = "draw " + id + ' ' + what;
        String body = "{\"prompt\":\"" + prompt + "\"}";
        try (Socket caller = new Socket(generations.getHost(), generations.getPort())) {
            String call = "POST /v1/images/generations HTTP/1.1\r\nHost: localhost\r\n" + headers
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            caller.getOutputStream().write(call.getBytes(StandardCharsets.US_ASCII));
            return until(
                    () -> TOPICS.requests().stream()
                            .flatMap(topic -> kafka.log(topic).stream())
                            .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains(prompt))
                            .map(HttpTest::key)
                            .findFirst()
                            .orElse(null),
                    found -> found != null);
        }
    }

    @Test
    void a_call_that_takes_too_long_is_cancelled() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = draw("'n':1");
        ConsumerRecord<byte[], byte[]> record = made();

        assertError(waiting.join(), 504, "server_error", "internal", null);
        assertThat(waiting.join().headers().firstValue("x-should-retry")).contains("false");
        assertThat(kafka.log(TOPICS.cancellations()).stream().map(HttpTest::key))
                .contains(key(record));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prompt          | {}
            prompt          | {'prompt':7}
            n               | {'prompt':'x','n':9}
            n               | {'prompt':'x','n':0}
            size            | {'prompt':'x','size':'big'}
            size            | {'prompt':'x','size':'100x128'}
            size            | {'prompt':'x','size':'4096x128'}
            response_format | {'prompt':'x','response_format':'gif'}
            output_format   | {'prompt':'x','output_format':'gif'}
            stream          | {'prompt':'x','stream':true}
            model           | {'prompt':'x','model':['dall-e-3']}
            guidance_scale  | {'prompt':'x','guidance_scale':-1}
            """)
    void mistakes_have_the_shape_and_the_names_of_that_api(String param, String body) throws Exception {
        assertError(send(body).join(), 400, "invalid_request_error", "invalid_request", param);
    }

    @Test
    void faults_that_are_not_in_the_request_have_its_shape_too() throws Exception {
        assertError(send("{").join(), 400, "invalid_request_error", "malformed_message", null);
        HttpResponse<String> text = call(HttpRequest.newBuilder(generations.resolve("/v1/images/generations"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertError(text, 415, "invalid_request_error", "invalid_request", null);
        kafka.away(true);
        assertError(send("{'prompt':'x'}").join(), 503, "server_error", "broker_unavailable", null);
    }

    private static void assertError(HttpResponse<String> response, int status, String type, String code, String param)
            throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        JsonNode error = json(response).path("error");
        assertThat(error.path("type").textValue()).isEqualTo(type);
        assertThat(error.path("code").textValue()).isEqualTo(code);
        assertThat(error.path("param").textValue()).isEqualTo(param);
        assertThat(error.path("message").textValue()).isNotBlank().contains(param == null ? "" : param);
    }

    private CompletableFuture<HttpResponse<String>> draw(String fields) {
        return send("{'prompt':'draw " + id + "'," + fields + "}");
    }

    private CompletableFuture<HttpResponse<String>> send(String body) {
        HttpRequest request = HttpRequest.newBuilder(generations.resolve("/v1/images/generations"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(this::known);
    }

    /** The request that the call under way became: none of this test's has ended before the next begins. */
    private ConsumerRecord<byte[], byte[]> made() throws Exception {
        return until(
                () -> TOPICS.requests().stream()
                        .flatMap(topic -> kafka.log(topic).stream())
                        .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains("draw " + id))
                        .reduce((earlier, later) -> later)
                        .filter(record -> isOpen(key(record)))
                        .orElse(null),
                found -> found != null);
    }

    private boolean isOpen(String id) {
        try {
            return get("/v1/generations/" + id).body().contains("\"status\":\"queued\"");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void end(ConsumerRecord<byte[], byte[]> record, Function<String, Generation> end, EventType type)
            throws Exception {
        told(type, end.apply(key(record)));
    }
}
