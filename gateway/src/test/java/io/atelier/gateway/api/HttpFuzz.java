package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.storage.ImageLocation;
import io.atelier.testing.OpenApiDocument.Operation;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** A gateway with generations in every state, to which calls of every kind are made, each from a seed of its own. */
abstract class HttpFuzz extends HttpTest {
    static final int CALLS = Integer.getInteger("fuzz.calls", 3000);
    static final int FIRST_SEED = Integer.getInteger("fuzz.seed", 0);

    /** Of paths that the document does not have, and of methods that a path does not. */
    private static final Set<Integer> WITHOUT_A_CALL = Set.of(400, 401, 404, 405, 413);
    /** What HTTP servers answer for themselves. */
    private static final Set<String> BY_ITSELF = Set.of("HEAD", "OPTIONS");

    static final String IMAGES = "/v1/images/generations";

    /** Right values of parameters that no document can tell, of generations that are there now. */
    Map<String, List<String>> known() throws Exception {
        post("{\"id\":\"queued-" + id + "\",\"webhook\":\"https://receiver.example/hook\",\"webhook_events_filter\":"
                + "[\"queued\"],\"metadata\":{\"order\":\"A-17\"},\"input\":{\"prompt\":\"" + secret() + "\"}}");
        told(EventType.STARTED, Samples.started("processing-" + id, 1));
        tell(EventType.PROGRESS, Samples.progressed("processing-" + id, 1, "base", 7));
        told(EventType.SUCCEEDED, Samples.succeeded("succeeded-" + id, 1));
        told(EventType.FAILED, Samples.failed("failed-" + id, 1));
        told(EventType.CANCELED, Samples.canceled("canceled-" + id, 1));
        told(EventType.EXPIRED, Samples.expired("expired-" + id, 1));
        String drawn = drawn();
        JsonNode told = json(until(
                () -> get("/v1/generations/queued-" + id + "/webhook-deliveries"),
                answer -> answer.body().contains("msg_")));
        return Map.of(
                "id",
                List.of(
                        "queued-" + id,
                        "processing-" + id,
                        "succeeded-" + id,
                        "succeeded-" + id,
                        "failed-" + id,
                        "canceled-" + id,
                        "expired-" + id,
                        "unknown"),
                "index",
                List.of("0", "0", "1"),
                "message",
                List.of(told.at("/data/0/id").textValue()),
                "cursor",
                List.of(json(get("/v1/generations?limit=1")).path("next_cursor").textValue()),
                "Last-Event-ID",
                List.of("1-succeeded", "0-queued"),
                "Prefer",
                List.of("wait=0", "respond-async"),
                "Cancel-After",
                List.of("90s", "5m"),
                "Idempotency-Key",
                List.of(drawn, drawn, "key-1", "key-2"));
    }

    /** The key of a call for images whose pictures are there, with the document's own example. */
    private String drawn() throws Exception {
        String key = "drawn-" + id;
        String example = document()
                .operation("POST", IMAGES)
                .orElseThrow()
                .at("/requestBody/content/application~1json/examples/example/value")
                .toString();
        HttpRequest.Builder call = HttpRequest.newBuilder(generations.resolve(IMAGES))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(example));
        assertThat(call(call).statusCode()).isEqualTo(504);
        String made = GenerationId.ofIdempotencyKey("default", key).value();
        pictures.put(new ImageLocation("generations", made + "/0.png"), new byte[1], "image/png");
        told(EventType.SUCCEEDED, Samples.succeeded(made, 1));
        return key;
    }

    /** Of the generation that waits. */
    String secret() {
        return "the secret of " + id;
    }

    /** A call that was made. */
    record Fuzzed(FuzzedCall call, RawHttp.Answer answer) {
        @Override
        public String toString() {
            return call + " gave " + answer;
        }
    }

    /** What was called, and how it was answered. */
    static final class Met {
        private final Map<String, Set<Integer>> statuses = new ConcurrentHashMap<>();
        private final Set<String> events = ConcurrentHashMap.newKeySet();

        void add(Fuzzed fuzzed) {
            if (fuzzed.call.operation() != null) {
                statuses.computeIfAbsent(fuzzed.call.operation().toString(), any -> ConcurrentHashMap.newKeySet())
                        .add(fuzzed.answer.status());
            }
            fuzzed.answer
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("event:"))
                    .forEach(line -> events.add(line.substring("event:".length())));
        }

        Set<Integer> statuses(Object operation) {
            return statuses.getOrDefault(operation.toString(), Set.of());
        }

        Set<String> events() {
            return events;
        }
    }

    interface Caller {
        void call(Random random, FuzzedCall call) throws Exception;
    }

    /** Each call is made of a seed of its own, which is told if it fails. */
    void call(int count, Caller caller) throws Exception {
        FuzzedCalls calls = new FuzzedCalls(document(), known());
        IntStream.range(FIRST_SEED, FIRST_SEED + count).parallel().forEach(seed -> {
            Random random = new Random(seed);
            FuzzedCall call = calls.next(random);
            try {
                caller.call(random, call);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + call + ": " + e.getMessage(), e);
            }
        });
    }

    Fuzzed send(FuzzedCall call) throws IOException {
        return new Fuzzed(call, call.send(generations));
    }

    void assertKnown(Fuzzed fuzzed) throws Exception {
        FuzzedCall call = fuzzed.call;
        RawHttp.Answer answer = fuzzed.answer;
        String what = fuzzed.toString();
        // No worker is there, so the call that waits for pictures gives up.
        boolean gaveUp = answer.status() == 504 && call.path().equals(IMAGES);
        assertThat(answer.status()).as(what).isBetween(200, gaveUp ? 504 : 499);
        if (document().operation(call.method(), call.path()).isEmpty()) {
            assertThat(WITHOUT_A_CALL.contains(answer.status()) || BY_ITSELF.contains(call.method()))
                    .as(what)
                    .isTrue();
        }
        assertThat(document().problems(call.exchange(answer))).as(what).isEmpty();
        if (answer.status() >= 400 && !call.method().equals("HEAD")) {
            assertTellsWhatIsWrong(call, answer, what);
        }
        if (answer.status() == 405) {
            // Without the dots and slashes of the call.
            String understood =
                    Json.mapper().readTree(answer.body()).path("instance").asText(call.path());
            assertThat(Set.of(answer.header("allow").split(", "))).as(what).isEqualTo(methods(understood));
        }
    }

    private static void assertTellsWhatIsWrong(FuzzedCall call, RawHttp.Answer answer, String what) throws Exception {
        JsonNode problem = Json.mapper().readTree(answer.body());
        if (problem.has("error")) {
            // The door of another API, with errors in its shape.
            assertThat(call.path()).as(what).startsWith("/v1/images/");
            problem = problem.path("error");
        } else {
            assertThat(answer.header("content-type")).as(what).isEqualTo(Problem.MEDIA_TYPE);
            assertThat(problem.path("status").intValue()).as(what).isEqualTo(answer.status());
        }
        assertThat(problem.path("code").textValue()).as(what).isNotBlank();
    }

    private Set<String> methods(String path) throws Exception {
        String known = document().path(path).orElse("");
        Set<String> methods = new TreeSet<>();
        document().operations().stream()
                .filter(operation -> operation.path().equals(known))
                .map(Operation::method)
                .forEach(methods::add);
        return methods;
    }
}
