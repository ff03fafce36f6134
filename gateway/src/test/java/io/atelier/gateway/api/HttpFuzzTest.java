package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.testing.OpenApiDocument;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Calls of every kind, right, wrong and absurd, each from a seed of its own: none may hang, be the gateway's fault, or be
 * answered in a way that the OpenAPI document does not know. {@code -Dfuzz.calls=20000}, as in the profile {@code chaos},
 * makes more of them.
 */
@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class HttpFuzzTest extends HttpTest {
    private static final int CALLS = Integer.getInteger("fuzz.calls", 3000);
    private static final int FIRST_SEED = Integer.getInteger("fuzz.seed", 0);
    /** Of paths that the document does not have, and of methods that a path does not. */
    private static final Set<Integer> WITHOUT_A_CALL = Set.of(400, 404, 405, 413);

    private static final List<String> METHODS =
            List.of("GET", "GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final List<String> ODD = List.of(
            "",
            "x",
            "-",
            "%00",
            "%zz",
            "%",
            "%2e%2e%2f",
            "%c3%28",
            "%ed%a0%80",
            "a%20b",
            "'%20OR%201=1",
            "\u00fc",
            "%F0%9F%8E%A8",
            "0",
            "-1",
            "99999999999999999999",
            "null",
            "[]",
            "{}",
            "2026-01-01T00:00:00Z",
            "a".repeat(300));

    private String finished;
    private String waiting;

    @Test
    void every_answer_is_one_that_the_document_knows() throws Exception {
        finished = "finished-" + id;
        waiting = "waiting-" + id;
        told(EventType.SUCCEEDED, Samples.succeeded(finished, 1));
        post(request(waiting));
        Map<String, Integer> met = new TreeMap<>();

        for (int seed = FIRST_SEED; seed < FIRST_SEED + CALLS; seed++) {
            Call call = call(new Random(seed));
            RawHttp.Answer answer;
            try {
                answer = RawHttp.call(generations, call.head, call.body);
            } catch (java.io.IOException e) {
                throw new AssertionError("seed " + seed + ": no answer to " + call.head, e);
            }
            String what = "seed " + seed + ": " + call.head + " gave " + answer.status() + " " + answer.body();
            // No worker is there, so the call that waits for pictures gives up.
            boolean gaveUp = answer.status() == 504 && call.path.startsWith("/v1/images/");
            assertThat(answer.status()).as(what).isBetween(200, gaveUp ? 504 : 499);
            assertKnown(call, answer, what);
            met.merge(call.operation() + " " + answer.status(), 1, Integer::sum);
        }

        // Calls that all fail early would prove nothing.
        assertThat(met.keySet())
                .contains(
                        "POST /v1/generations 202",
                        "POST /v1/generations 422",
                        "POST /v1/generations 400",
                        "GET /v1/generations 200",
                        "GET /v1/generations 422",
                        "GET /v1/generations/{id} 200",
                        "GET /v1/generations/{id} 404",
                        "POST /v1/generations/{id}/cancel 202",
                        "POST /v1/generations/{id}/cancel 409",
                        "GET /v1/generations/{id}/events 200",
                        "GET /v1/generations/{id}/images/{index} 302",
                        "GET /v1/queue 200",
                        "POST /v1/predictions 201",
                        "POST /v1/predictions 422",
                        "GET /v1/predictions/{id} 200",
                        "POST /v1/predictions/{id}/cancel 200",
                        "POST /v1/images/generations 400",
                        "GET /v1/models 200",
                        "GET /v1/workers 200");
    }

    private void assertKnown(Call call, RawHttp.Answer answer, String what) throws Exception {
        if (document().operation(call.method, call.plainPath()).isEmpty()) {
            // Methods that HTTP servers answer for themselves.
            boolean byItself = call.method.equals("OPTIONS") || call.method.equals("HEAD");
            assertThat(WITHOUT_A_CALL.contains(answer.status()) || byItself)
                    .as(what)
                    .isTrue();
        }
        String type = answer.headers().get("content-type");
        assertThat(document()
                        .problems(
                                call.method,
                                call.plainPath(),
                                new OpenApiDocument.Answer(answer.status(), type, answer.body())))
                .as(what)
                .isEmpty();
        if (answer.status() >= 400 && !call.method.equals("HEAD")) {
            JsonNode problem = Json.mapper().readTree(answer.body());
            if (problem.has("error")) {
                // The door of another API, with errors in its shape.
                assertThat(call.path).as(what).startsWith("/v1/images/");
                problem = problem.path("error");
            } else {
                assertThat(answer.header("content-type")).as(what).isEqualTo(Problem.MEDIA_TYPE);
                assertThat(problem.path("status").intValue()).as(what).isEqualTo(answer.status());
            }
            assertThat(problem.path("code").textValue()).as(what).isNotBlank();
        }
        if (answer.status() == 405) {
            assertThat(answer.header("allow")).as(what).isNotBlank();
        }
    }

    private Call call(Random random) {
        String path = path(random);
        String method = pick(random, METHODS);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        byte[] body = new byte[0];
        if (method.equals("POST") || random.nextInt(20) == 0) {
            body = body(random).getBytes(StandardCharsets.UTF_8);
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        if (random.nextInt(10) > 0) {
            head.append("Content-Type: ")
                    .append(
                            random.nextInt(15) == 0
                                    ? pick(random, List.of("text/plain", "x", "a/b/c", "*/*"))
                                    : "application/json")
                    .append("\r\n");
        }
        header(
                head,
                random,
                "Accept",
                List.of("*/*", "text/event-stream", "application/json", "text/html", "x", "a/b;q=z"));
        header(
                head,
                random,
                "Idempotency-Key",
                List.of("key-" + random.nextInt(20), "", " ", "k".repeat(300), "\u00e4"));
        header(head, random, "Prefer", List.of("wait=0", "wait=-1", "wait=x", "wait=99999999999", "respond-async", ""));
        header(head, random, "Last-Event-ID", List.of("1-succeeded", "0-queued", "", "x".repeat(200)));
        header(head, random, "X-Forwarded-Host", List.of("evil.example", "", "a b"));
        return new Call(method, path, head.append("\r\n").toString(), body);
    }

    private static void header(StringBuilder head, Random random, String name, List<String> values) {
        if (random.nextInt(8) == 0) {
            head.append(name).append(": ").append(pick(random, values)).append("\r\n");
        }
    }

    private String path(Random random) {
        String one = "/v1/generations/"
                + pick(random, List.of(finished, finished, waiting, waiting, "unknown", odd(random)));
        String prediction = one.replace("generations", "predictions");
        return switch (random.nextInt(12)) {
            case 9 ->
                pick(
                        random,
                        List.of(
                                "/v1/predictions" + query(random),
                                "/v1/models/stability-ai/sdxl/predictions",
                                "/v1/models/" + odd(random) + "/sdxl/predictions"));
            case 10 -> pick(random, List.of(prediction, prediction + "/cancel"));
            case 11 -> pick(random, List.of("/v1/images/generations", "/v1/images/" + odd(random)));
            case 0, 1 -> "/v1/generations" + query(random);
            case 2 -> one;
            case 3 -> one + "/cancel";
            case 4 -> one + "/events";
            case 5 -> one + "/images/" + pick(random, List.of("0", "0", "1", odd(random)));
            case 6 ->
                pick(random, List.of("/v1/queue", "/v1/queue", "/v1/models", "/v1/workers"))
                        + (random.nextInt(4) == 0 ? query(random) : "");
            case 7 -> "/v1/schemas/" + pick(random, List.of("generation.schema.json", odd(random)));
            default ->
                "/"
                        + pick(
                                random,
                                List.of(
                                        "",
                                        "v1",
                                        "v2/generations",
                                        odd(random),
                                        "v1/generations/" + odd(random) + "/" + odd(random)));
        };
    }

    private static String query(Random random) {
        List<String> parameters = new ArrayList<>();
        for (int count = random.nextInt(4); count > 0; count--) {
            String name = pick(
                    random,
                    List.of(
                            "status",
                            "model",
                            "metadata.order",
                            "metadata." + odd(random),
                            "created_before",
                            "limit",
                            "cursor",
                            odd(random)));
            String value = pick(
                    random,
                    List.of("queued", "succeeded", "5", "100", "2026-01-01T00:00:00Z", odd(random), odd(random)));
            parameters.add(random.nextInt(10) == 0 ? name : name + "=" + value);
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }

    private String body(Random random) {
        return switch (random.nextInt(10)) {
            case 8 -> "{\"input\":" + request(random) + ",\"webhook_events_filter\":" + value(random, 0) + "}";
            case 9 ->
                "{\"prompt\":" + value(random, 0) + ",\"n\":" + value(random, 0) + ",\"size\":" + value(random, 0)
                        + "}";
            case 0 -> "";
            case 1 ->
                pick(random, List.of("{", "[]", "null", "\"\"", "{\"input\":{}} x", "\u0000", "{\"a\":1,\"a\":2}"));
            case 2 -> "{\"reason\":" + value(random, 0) + "}";
            case 3 -> "[".repeat(2000);
            case 4 -> "{\"input\":{\"prompt\":\"x\"},\"id\":\"fuzz-" + random.nextInt(50) + "\"}";
            default -> request(random);
        };
    }

    /** A request with some of its fields, each right or of any other shape. */
    private static String request(Random random) {
        Set<String> fields = new HashSet<>();
        List<String> members = new ArrayList<>();
        for (int count = random.nextInt(4); count > 0; count--) {
            String name = pick(
                    random,
                    List.of(
                            "id",
                            "model",
                            "output",
                            "webhook",
                            "webhook_events_filter",
                            "priority",
                            "deadline",
                            "expires_in",
                            "metadata",
                            "unknown"));
            if (fields.add(name)) {
                members.add("\"" + name + "\":" + value(random, 0));
            }
        }
        List<String> input = new ArrayList<>();
        if (random.nextInt(6) > 0) {
            input.add("\"prompt\":" + (random.nextInt(6) == 0 ? value(random, 0) : "\"a red circle\""));
        }
        Set<String> inputs = new HashSet<>();
        for (int count = random.nextInt(3); count > 0; count--) {
            String name = pick(
                    random,
                    List.of(
                            "width",
                            "height",
                            "num_images",
                            "num_inference_steps",
                            "guidance_scale",
                            "seed",
                            "scheduler",
                            "refiner",
                            "original_size",
                            "crop_top_left",
                            "image",
                            "strength",
                            "prompt_syntax"));
            if (inputs.add(name)) {
                input.add("\"" + name + "\":" + value(random, 0));
            }
        }
        members.add("\"input\":" + (random.nextInt(20) == 0 ? value(random, 0) : "{" + String.join(",", input) + "}"));
        return "{" + String.join(",", members) + "}";
    }

    private static String value(Random random, int depth) {
        int kind = random.nextInt(depth > 3 ? 8 : 11);
        return switch (kind) {
            case 0 -> "null";
            case 1 -> Integer.toString(random.nextInt(300) * 8);
            case 2 -> pick(random, List.of("-1", "0", "1e400", "1e-400", "9223372036854775808", "0.5", "-0.0", "1E9"));
            case 3 -> "true";
            case 4 -> pick(random, List.of("\"high\"", "\"png\"", "\"euler\"", "\"PT5M\"", "\"2026-01-01T00:00:00Z\""));
            case 5 ->
                pick(
                        random,
                        List.of(
                                "\"\\u0000\"",
                                "\"\\ud800\"",
                                "\"\ud83c\udfa8\"",
                                "\"../..\"",
                                "\"\"",
                                "\"http://[::\""));
            case 6 -> "\"" + "x".repeat(random.nextInt(600)) + "\"";
            case 7 ->
                pick(
                        random,
                        List.of("\"PT2562047788015215H\"", "\"+1000000-01-01T00:00:00Z\"", "\"0000-01-01T00:00:00Z\""));
            case 8 -> "[" + value(random, depth + 1) + "," + value(random, depth + 1) + "]";
            case 9 -> "{\"width\":" + value(random, depth + 1) + ",\"height\":" + value(random, depth + 1) + "}";
            default -> "{\"\":" + value(random, depth + 1) + ",\"k\":" + value(random, depth + 1) + "}";
        };
    }

    private static String odd(Random random) {
        return pick(random, ODD);
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private final class Call {
        private final String method;
        private final String path;
        private final String head;
        private final byte[] body;

        Call(String method, String path, String head, byte[] body) {
            this.method = method;
            this.path = path;
            this.head = head;
            this.body = body;
        }

        String plainPath() {
            return path.split("\\?", 2)[0];
        }

        String operation() throws Exception {
            return method + " " + document().path(plainPath()).orElse("elsewhere");
        }
    }
}
