package io.atelier.local;

import static io.atelier.local.TestCluster.TOPICS;
import static io.atelier.local.TestCluster.generation;
import static io.atelier.local.TestCluster.tree;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.local.cluster.LocalCluster;
import io.atelier.message.EventType;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls of a gateway on a real cluster with one worker; what they answer must be as the description says. */
class GatewayCallsIT {
    private static final String GENERATIONS = "/v1/generations/";
    private static final String SHORT = "\"prompt\":\"x\",\"num_inference_steps\":4,\"refiner\":{\"mode\":\"none\"}";
    /** Takes some seconds. */
    private static final String LONG = "\"prompt\":\"x\",\"width\":256,\"height\":256,\"num_inference_steps\":150";

    @TempDir
    static Path data;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(
                data, 1, Map.of("ATELIER_PROGRESS_PREVIEWS", "true", "ATELIER_WORKER_HEARTBEAT", "1s"));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void what_is_cancelled_stops_within_a_step_or_never_starts() {
        submit("running", LONG, "");
        submit("behind", SHORT, "");
        cluster.events().awaitEvents("running", EventType.PROGRESS, 1);
        await("both in the queue")
                .until(() -> tree(cluster.get("/v1/queue")).path("depth").intValue() == 2);

        HttpResponse<String> behind = cluster.cancel("behind");
        assertThat(behind.statusCode()).isEqualTo(202);
        assertThat(tree(behind).has("cancel_requested_at")).isTrue();
        Instant asked = Instant.now();
        assertThat(cluster.cancel("running").statusCode()).isEqualTo(202);

        Generation stopped = cluster.events().awaitEnd("running");
        assertThat(stopped.status()).isEqualTo(GenerationStatus.CANCELED);
        assertThat(Duration.between(asked, stopped.completedAt()))
                .as("a step takes far less")
                .isLessThan(Duration.ofSeconds(2));
        assertThat(cluster.events().awaitEnd("behind").status()).isEqualTo(GenerationStatus.CANCELED);
        assertThat(cluster.events().of("behind", EventType.STARTED)).isEmpty();
        await("the gateway knows")
                .until(() -> cluster.get(GENERATIONS + "running").body().contains("\"canceled\""));
        assertThat(cluster.cancel("running").statusCode()).isEqualTo(409);
        assertThat(cluster.get(GENERATIONS + "running/images/0").statusCode()).isEqualTo(404);
    }

    @Test
    void what_is_finished_cannot_be_cancelled() {
        submit("finished", SHORT, "");
        cluster.events().awaitEnd("finished");
        await("the gateway knows")
                .until(() -> cluster.get(GENERATIONS + "finished").body().contains("\"succeeded\""));

        HttpResponse<String> refused = cluster.cancel("finished");

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(tree(refused).path("code").textValue()).isEqualTo("conflict");
        assertThat(cluster.bytes(GENERATIONS + "finished/images/0")).isNotEmpty();
        assertThat(cluster.get(GENERATIONS + "finished/images/1").statusCode()).isEqualTo(404);
    }

    /** The answer ends with the stream, at the end of the generation. */
    @Test
    void a_generation_is_followed_with_previews_to_its_end() {
        submit("followed", LONG.replace("150", "60"), "");

        List<JsonNode> states = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        cluster.get(GENERATIONS + "followed/events").body().lines().forEach(line -> {
            if (line.startsWith("data:")) {
                states.add(TestCluster.json(line.substring(5), JsonNode.class));
            } else if (line.startsWith("id:")) {
                ids.add(line.substring(3).trim());
            }
        });

        assertThat(states).extracting(state -> state.path("status").textValue()).endsWith("succeeded");
        assertThat(states.get(0).path("status").textValue()).isIn("queued", "processing");
        assertThat(states)
                .extracting(state -> state.at("/progress/step").intValue())
                .filteredOn(step -> step > 0)
                .isSorted()
                .isNotEmpty();
        assertThat(states)
                .extracting(state -> state.at("/progress/preview").asText())
                .anyMatch(preview -> preview.startsWith("data:image/jpeg;base64,"));
        assertThat(ids).doesNotHaveDuplicates();
        String path = GENERATIONS + "followed/events";
        assertThat(cluster.get(path, "Last-Event-ID", ids.get(ids.size() - 1)).statusCode())
                .isEqualTo(204);
        assertThat(cluster.get(path, "Last-Event-ID", ids.get(0)).body())
                .contains("event:succeeded")
                .doesNotContain("event:progress");
    }

    @Test
    void a_key_is_one_generation() {
        String body = "{\"input\":{" + SHORT + "}}";
        HttpResponse<String> first = cluster.postJson(body, "Idempotency-Key", "order-17");
        String id = generation(first).id().value();
        cluster.events().awaitEnd(id);

        HttpResponse<String> again = cluster.postJson(body, "Idempotency-Key", "order-17", "Prefer", "wait=20");

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(generation(again).id().value()).isEqualTo(id);
        assertThat(cluster.events().records(id))
                .filteredOn(record -> TOPICS.requests().contains(record.topic()))
                .hasSize(1);
        HttpResponse<String> other = cluster.postJson(body.replace("\"x\"", "\"y\""), "Idempotency-Key", "order-17");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(tree(other).at("/errors/0/field").textValue()).isEqualTo("Idempotency-Key");
    }

    @Test
    void what_a_receiver_was_told_can_be_looked_up_and_told_again() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        receiver.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            told.add(exchange.getRequestHeaders().getFirst("webhook-id"));
        });
        receiver.start();
        try {
            int port = receiver.getAddress().getPort();
            submit("told", SHORT, "\"webhook\":\"http://127.0.0.1:" + port + "/hook\",");
            await("the end is told").atMost(Duration.ofSeconds(30)).until(() -> told.size() == 1);
            String path = GENERATIONS + "told/webhook-deliveries";
            await("it is noted").until(() -> cluster.get(path).body().contains("\"delivered\""));

            HttpResponse<String> again = cluster.postNothing(path + "/redeliver");

            assertThat(again.statusCode()).isEqualTo(202);
            await("it is told again").atMost(Duration.ofSeconds(30)).until(() -> told.size() == 2);
            assertThat(told).as("the same message").containsOnly(told.peek());
            await("that is noted, too")
                    .until(() -> tree(cluster.get(path)).at("/data/0/attempts").size() == 2);
            assertThat(tree(cluster.get(path)).at("/data/0/id").textValue()).isEqualTo(told.peek());
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void the_newest_come_first_on_pages_by_their_metadata() {
        for (int i = 0; i < 5; i++) {
            submit("listed-" + i, SHORT, "\"metadata\":{\"run\":\"listing\"},");
        }

        List<String> listed = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page = tree(cluster.get("/v1/generations?metadata.run=listing&limit=2" + cursor));
            assertThat(page.path("generations").size()).isLessThanOrEqualTo(2);
            page.path("generations").forEach(of -> listed.add(of.path("id").textValue()));
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.path("next_cursor").textValue()
                    : null;
        }

        assertThat(listed).containsExactly("listed-4", "listed-3", "listed-2", "listed-1", "listed-0");
    }

    @Test
    void no_process_logs_a_prompt_or_a_secret() throws Exception {
        String prompt = "a confidential prompt";
        String input = SHORT.replace("\"x\"", '"' + prompt + '"');
        submit("told-nowhere", input, "\"webhook\":\"http://127.0.0.1:1/hook\",");
        String refused = "{\"input\":{" + input + ",\"width\":7}}";
        assertThat(cluster.postJson(refused).statusCode()).isEqualTo(422);
        assertThat(cluster.postJson(refused.substring(0, refused.length() - 2)).statusCode())
                .isEqualTo(400);
        cluster.produce("refused-by-worker", refused.getBytes(UTF_8));
        cluster.produce("unreadable", refused.substring(1).getBytes(UTF_8));
        submit("withdrawn", input.replace("4", "150"), "");
        cluster.cancel("withdrawn");
        for (String id : List.of("told-nowhere", "refused-by-worker", "withdrawn")) {
            cluster.events().awaitEnd(id);
        }
        await("nobody listens there")
                .until(() -> cluster.get(GENERATIONS + "told-nowhere/webhook-deliveries")
                        .body()
                        .contains("unreachable"));

        for (String process : List.of("infrastructure", "gateway", "worker-0")) {
            String log = Files.readString(Path.of(cluster.info().logs(), process + ".log"));
            assertThat(log)
                    .as(process)
                    .isNotEmpty()
                    .doesNotContain(prompt)
                    .doesNotContain(cluster.info().s3().secretKey())
                    .doesNotContain(Files.readString(LocalCluster.webhookSecret(data))
                            .strip()
                            .substring("whsec_".length()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/generations/nobody",
        "GET, /v1/generations/nobody/events",
        "GET, /v1/generations/nobody/images/0",
        "GET, /v1/generations/nobody/webhook-deliveries",
        "POST, /v1/generations/nobody/webhook-deliveries/redeliver",
        "POST, /v1/generations/nobody/cancel",
        "GET, /v1/predictions/nobody",
        "POST, /v1/predictions/nobody/cancel",
    })
    void what_is_not_there_is_not_found(String method, String path) {
        HttpResponse<String> answer = method.equals("GET") ? cluster.get(path) : cluster.postNothing(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(tree(answer).path("code").textValue()).isEqualTo("not_found");
    }

    /** @param more fields of the request, with a comma behind them */
    private static void submit(String id, String input, String more) {
        HttpResponse<String> answer = cluster.postJson("{\"id\":\"" + id + "\"," + more + "\"input\":{" + input + "}}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }
}
