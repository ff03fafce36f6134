package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Priority;
import io.atelier.message.Json;
import io.atelier.testing.Postgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on one PostgreSQL store, in one consumer group. */
class TwoGatewaysIT {
    private static final int SUBMITTERS = 4;
    private static final int EACH = 60;
    private static final int BY_KAFKA = 60;
    private static final int KILL_AFTER = 80;
    /** The receivers that a dead gateway has claimed are free again after two minutes. */
    private static final Duration CLAIMED = Duration.ofMinutes(4);

    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path data;

    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final AtomicInteger submissions = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void the_death_of_one_in_the_middle_of_its_work_loses_nothing() throws Exception {
        Postgres.Database store = POSTGRES.newDatabase();
        HttpServer receiver = receiver();
        List<GatewayProgram> gateways = new ArrayList<>();
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            cluster.startWorker("worker", "--count", "4", "--draw-ms", "20");
            for (String name : List.of("one", "two")) {
                gateways.add(GatewayProgram.launch(
                        name,
                        data,
                        cluster,
                        store,
                        Map.of(
                                "ATELIER_WEBHOOKS_SECRETS_DEFAULT", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                "ATELIER_WEBHOOKS_HTTP", "true",
                                "ATELIER_WEBHOOKS_PORTS", "1-65535",
                                "ATELIER_WEBHOOKS_ALLOW", "127.0.0.1/32")));
            }
            for (GatewayProgram gateway : gateways) {
                gateway.awaitReady();
            }
            String webhook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";

            List<CompletableFuture<Void>> load = IntStream.range(0, SUBMITTERS)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> submit(i, gateways, webhook)))
                    .collect(Collectors.toCollection(ArrayList::new));
            load.add(CompletableFuture.runAsync(
                    () -> IntStream.range(0, BY_KAFKA).forEach(i -> produce(cluster, "by-kafka-" + i, webhook))));
            until("the load is under way", () -> submissions.get() >= KILL_AFTER);
            gateways.get(0).kill();
            CompletableFuture.allOf(load.toArray(CompletableFuture[]::new)).join();

            assertThat(refused).as("submissions to the dead one").hasPositiveValue();
            assertThat(accepted).hasSize(SUBMITTERS * EACH + BY_KAFKA);
            until("all end", () -> cluster.log().haveEnded(accepted));
            GatewayProgram left = gateways.get(1);
            Awaitility.await("the one that is left knows all")
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(storedOffsets(store)).isEqualTo(ends(cluster)));
            assertSameAsTopics(TopicReader.read(cluster.kafka(), SimulatedCluster.TOPICS), left);
            Awaitility.await("all receivers are told").atMost(CLAIMED).until(() -> told.containsAll(accepted));
            assertThat(left.get("/q/health/ready").statusCode()).isEqualTo(200);
        } finally {
            gateways.forEach(GatewayProgram::kill);
            receiver.stop(0);
        }
    }

    private HttpServer receiver() throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 64);
        receiver.createContext("/", exchange -> {
            JsonNode message = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
            told.add(message.at("/data/id").textValue());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        return receiver;
    }

    /** Takes turns between the gateways; what one does not answer is sent to the other, under the same id. */
    private void submit(int submitter, List<GatewayProgram> gateways, String webhook) {
        for (int i = 0; i < EACH; i++) {
            String id = "by-http-" + submitter + "-" + i;
            String body = "{\"id\":\"" + id + "\"," + rest(webhook);
            if (!accepts(gateways.get(i % 2), body)) {
                refused.incrementAndGet();
                assertThat(accepts(gateways.get((i + 1) % 2), body)).as(id).isTrue();
            }
            accepted.add(id);
            submissions.incrementAndGet();
        }
    }

    private static String rest(String webhook) {
        return "\"webhook\":\"" + webhook + "\",\"metadata\":{\"of\":\"load\"},\"input\":{\"prompt\":\"x\"}}";
    }

    private static boolean accepts(GatewayProgram gateway, String body) {
        try {
            HttpResponse<String> answer = gateway.post(body);
            return answer.statusCode() == 202 || answer.statusCode() == 200;
        } catch (IOException dead) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void produce(SimulatedCluster cluster, String id, String webhook) {
        cluster.produce(Priority.NORMAL, id, ("{" + rest(webhook)).getBytes(StandardCharsets.UTF_8));
        accepted.add(id);
    }

    private static Map<TopicPartition, Long> ends(SimulatedCluster cluster) {
        Map<TopicPartition, Long> ends = new HashMap<>(
                TopicReader.read(cluster.kafka(), SimulatedCluster.TOPICS).offsets());
        ends.values().removeIf(end -> end == 0);
        return ends;
    }

    /** Up to where the store has every record, as it says itself. */
    private static Map<TopicPartition, Long> storedOffsets(Postgres.Database store) throws SQLException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(store.url(), store.user(), store.password());
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("SELECT topic, topic_partition, next_offset FROM projection_offset")) {
            while (row.next()) {
                offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
            }
        }
        // Of partitions that were looked at and are empty.
        offsets.values().removeIf(next -> next == 0);
        return offsets;
    }

    private void assertSameAsTopics(TopicReader.Contents topics, GatewayProgram gateway) throws Exception {
        assertThat(topics.requested()).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(topics.ends().keySet()).containsExactlyInAnyOrderElementsOf(accepted);

        Map<String, JsonNode> known = new HashMap<>();
        String cursor = "";
        do {
            JsonNode page = gateway.json("/v1/generations?limit=100" + cursor);
            for (JsonNode generation : page.path("generations")) {
                assertThat(known.put(generation.path("id").textValue(), generation))
                        .as("a generation on two pages")
                        .isNull();
            }
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.path("next_cursor").textValue()
                    : null;
        } while (cursor != null);
        Set<String> ids = new HashSet<>(accepted);
        assertThat(known.keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(ids)
                .allSatisfy(id -> assertThat(plain(known.get(id)))
                        .isEqualTo(plain(topics.ends().get(id))));
    }

    /** Without what the gateway adds for its callers. */
    private static JsonNode plain(JsonNode generation) {
        ObjectNode plain = generation.deepCopy();
        plain.remove("urls");
        plain.path("output").forEach(image -> ((ObjectNode) image).remove("url"));
        return plain;
    }
}
