package io.atelier.local;

import static io.atelier.local.TestCluster.MODEL;
import static io.atelier.local.TestCluster.TOPICS;
import static io.atelier.local.TestCluster.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.message.TraceParent;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway knows of a real cluster, and what it passes on through it. */
class GatewayIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String STATE = "congo=t61rcWkgMzE";
    private static final String SHORT = "\"num_inference_steps\":2,\"refiner\":{\"mode\":\"none\"}";

    @TempDir
    static Path data;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(data, 1, Map.of("ATELIER_WORKER_HEARTBEAT", "1s"));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void one_trace_goes_from_http_through_kafka_and_worker_to_the_webhook() throws Exception {
        Queue<String> traces = new ConcurrentLinkedQueue<>();
        Queue<String> problems = new ConcurrentLinkedQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        receiver.createContext("/", exchange -> {
            traces.add(exchange.getRequestHeaders().getFirst(TraceParent.HEADER)
                    + ' '
                    + exchange.getRequestHeaders().getFirst(TraceParent.STATE_HEADER));
            Map<String, String> headers = new HashMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            problems.addAll(cluster.openApi().problemsOfWebhook("generation", headers, body));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            HttpResponse<String> answer = cluster.postJson(
                    "{\"id\":\"traced\",\"webhook\":\"http://127.0.0.1:"
                            + receiver.getAddress().getPort()
                            + "/\",\"webhook_events_filter\":[\"queued\",\"started\",\"completed\"],"
                            + "\"input\":{\"prompt\":\"x\"," + SHORT + "}}",
                    TraceParent.HEADER,
                    "00-" + TRACE + "-00f067aa0ba902b7-01",
                    TraceParent.STATE_HEADER,
                    STATE);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            cluster.events().awaitEnd("traced");
            cluster.events().awaitEvents("traced", EventType.QUEUED, 1);

            await("all webhooks").atMost(Duration.ofMinutes(1)).until(() -> traces.size() >= 3);
            assertThat(problems).as("what the document has against them").isEmpty();
            assertThat(traces).hasSize(3).allSatisfy(GatewayIT::assertTraced);
            await("the request")
                    .until(() -> cluster.events().records("traced").stream()
                            .anyMatch(record -> TOPICS.requests().contains(record.topic())));
            List<ConsumerRecord<byte[], byte[]>> records = cluster.events().records("traced");
            assertThat(records).hasSizeGreaterThanOrEqualTo(4);
            assertThat(records)
                    .allSatisfy(record -> assertTraced(EventLog.header(record, TraceParent.HEADER)
                            + ' '
                            + EventLog.header(record, TraceParent.STATE_HEADER)));
        } finally {
            receiver.stop(0);
        }
    }

    private static void assertTraced(String header) {
        assertThat(header).startsWith("00-" + TRACE + "-").endsWith(" " + STATE);
    }

    @Test
    void the_workers_and_what_they_offer_are_known() {
        JsonNode worker = tree(cluster.get("/v1/workers")).at("/workers/0");
        assertThat(worker.path("id").textValue()).isEqualTo("worker-0");
        assertThat(worker.path("model").textValue()).isEqualTo(MODEL);

        JsonNode model = tree(cluster.get("/v1/models")).at("/models/0");
        assertThat(model.path("name").textValue()).isEqualTo(MODEL);
        assertThat(model.path("workers").intValue()).isEqualTo(1);
        assertThat(model.at("/native_size/width").intValue()).isEqualTo(128);
        assertThat(model.path("refiner").booleanValue()).isTrue();
        assertThat(model.path("image_to_image").booleanValue()).isTrue();
        assertThat(model.path("schedulers").toString()).contains("\"euler\"", "\"unipc\"");
        assertThat(model.at("/defaults/refiner/mode").textValue()).isEqualTo("ensemble");
        assertThat(model.at("/defaults/num_inference_steps").intValue()).isEqualTo(20);
    }

    @Test
    void what_the_workers_cannot_draw_is_accepted_with_a_warning_and_fails_as_it_says() {
        HttpResponse<String> answer =
                cluster.postJson("{\"id\":\"impossible\",\"input\":{\"prompt\":\"x\",\"scheduler\":\"magic\"}}");

        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode generation = tree(answer);
        assertThat(generation.at("/queue/is_possible").booleanValue()).isFalse();
        assertThat(generation.at("/warnings/0").textValue()).contains("magic");
        assertThat(cluster.events().awaitEnd("impossible").status()).isEqualTo(GenerationStatus.FAILED);
    }

    @Test
    void what_they_can_draw_has_its_place_in_the_queue() {
        HttpResponse<String> answer =
                cluster.postJson("{\"id\":\"possible\",\"input\":{\"prompt\":\"x\"," + SHORT + "}}");

        JsonNode queue = tree(answer).path("queue");
        assertThat(queue.path("is_possible").booleanValue()).isTrue();
        assertThat(queue.path("position").intValue()).isPositive();
        assertThat(cluster.events().awaitEnd("possible").status()).isEqualTo(GenerationStatus.SUCCEEDED);
        await("its place to be gone")
                .atMost(Duration.ofSeconds(20))
                .until(() -> tree(cluster.get("/v1/generations/possible")), known -> !known.has("queue"));
    }
}
