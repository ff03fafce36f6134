package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Priority;
import io.atelier.message.Json;
import io.atelier.testing.Postgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A job store that is made anew from the topics says what it said before. */
class StoreRebuildIT {
    private static final Path HOME = Path.of(System.getProperty("atelier.home"));
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** So that the gateway on H2 reads the topics for itself. */
    private static final Map<String, String> GROUP_OF_ITS_OWN = Map.of("ATELIER_KAFKA_GROUP", "gateway-on-h2");

    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    @TempDir
    Path data;

    /** What a gateway answers to a path. */
    private interface Gateway {
        JsonNode get(String path) throws Exception;
    }

    @Test
    void on_h2_from_nothing_and_on_postgresql_under_gateways_that_idle() throws Exception {
        Postgres.Database store = POSTGRES.newDatabase();
        List<GatewayProgram> running = new ArrayList<>();
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            cluster.startGateway(HOME, GROUP_OF_ITS_OWN);
            for (String name : List.of("one", "two")) {
                running.add(GatewayProgram.launch(name, data, cluster, store, Map.of()));
                running.get(running.size() - 1).awaitReady();
            }
            load(cluster);
            Gateway onH2 = path -> Json.mapper().readTree(cluster.get(path).body());
            Map<String, JsonNode> before = known(onH2);
            assertThat(before.values())
                    .extracting(generation -> generation.path("status").textValue())
                    .contains("succeeded", "failed", "canceled", "expired", "queued");
            assertThat(before.get("waiting").has("cancel_requested_at")).isTrue();
            assertSoonKnown(running, before);

            cluster.gateway().askToStop();
            assertThat(cluster.gateway().awaitExit(PATIENCE)).isPresent();
            assertThat(cluster.launchGateway(HOME, GROUP_OF_ITS_OWN, "store", "rebuild")
                            .awaitExit(PATIENCE))
                    .hasValue(0);
            cluster.startGateway(HOME, GROUP_OF_ITS_OWN);
            Awaitility.await("H2")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(known(onH2)).isEqualTo(before));
            assertThat(cluster.get("/q/metrics").body())
                    .as("read from the topics, not found")
                    .contains("atelier_projection_records_total{outcome=\"read\",topic=\"atelier.generation.events\"}");

            spoil(store);
            assertThat(known(running.get(0)::json)).isNotEqualTo(before);
            assertThat(GatewayProgram.run("rebuild", data, cluster, store, "store", "rebuild"))
                    .isZero();
            assertSoonKnown(running, before);
        } finally {
            running.forEach(GatewayProgram::kill);
        }
    }

    /** Generations of every status, by HTTP and by Kafka. */
    private static void load(SimulatedCluster cluster) throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String id = "load-" + i;
            String rest = "\"metadata\":{\"order\":\"A-" + i + "\"},\"input\":{\"prompt\":\"x\"}}";
            if (i % 2 == 0) {
                String body = "{\"id\":\"" + id + "\"," + rest;
                assertThat(cluster.post("/v1/generations", body).statusCode()).isEqualTo(202);
            } else {
                cluster.produce(Priority.LOW, id, ("{" + rest).getBytes(StandardCharsets.UTF_8));
            }
            ids.add(id);
        }
        cluster.produce("failing", "fails with unsupported");
        String late = "{\"deadline\":\"2026-01-01T00:00:00Z\",\"input\":{\"prompt\":\"x\"}}";
        cluster.produce(Priority.NORMAL, "late", late.getBytes(StandardCharsets.UTF_8));
        cluster.produce("unwanted", "takes 60000 ms");
        ids.addAll(List.of("failing", "late", "unwanted"));
        cluster.startWorker("worker", "--count", "2", "--draw-ms", "10");
        until(
                "it is drawn",
                () -> cluster.log().of("unwanted").stream()
                        .anyMatch(told -> told.generation().attempt() > 0));
        cluster.cancel("unwanted");
        until("all end", () -> cluster.log().haveEnded(ids));

        cluster.killWorkers();
        cluster.produce("waiting", "x");
        cluster.cancel("waiting");
        ids.add("waiting");
        until("the gateway knows all", () -> {
            for (String id : ids) {
                String known = cluster.get("/v1/generations/" + id).body();
                if (id.equals("waiting")
                        ? !known.contains("cancel_requested_at")
                        : known.contains("\"completed_at\":null")) {
                    return false;
                }
            }
            return true;
        });
    }

    private static void assertSoonKnown(List<GatewayProgram> gateways, Map<String, JsonNode> known) {
        for (GatewayProgram gateway : gateways) {
            Awaitility.await("PostgreSQL")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(known(gateway::json)).isEqualTo(known));
        }
    }

    /** Every generation as its page and as its own address have it. */
    private static Map<String, JsonNode> known(Gateway gateway) throws Exception {
        Map<String, JsonNode> known = new TreeMap<>();
        String page = "/v1/generations?limit=10";
        for (String cursor = ""; cursor != null; ) {
            JsonNode read = gateway.get(page + cursor);
            for (JsonNode generation : read.path("generations")) {
                String id = generation.path("id").textValue();
                JsonNode alone = plain(gateway.get("/v1/generations/" + id));
                known.put(id, alone);
                ObjectNode listed = alone.deepCopy();
                listed.remove("cancel_requested_at");
                assertThat(plain(generation)).isEqualTo(listed);
            }
            JsonNode next = read.path("next_cursor");
            cursor = next.isTextual() ? "&cursor=" + next.textValue() : null;
        }
        return known;
    }

    /** Without what the gateway adds for each call, such as a warning that there is no worker any more. */
    private static JsonNode plain(JsonNode generation) {
        ObjectNode plain = generation.deepCopy();
        plain.remove(List.of("urls", "queue"));
        if (plain.path("status").textValue().equals("queued")) {
            plain.remove("warnings");
        }
        plain.path("output").forEach(image -> ((ObjectNode) image).remove("url"));
        return plain;
    }

    /** As nothing that the topics say could make it. */
    private static void spoil(Postgres.Database store) throws Exception {
        try (Connection connection = DriverManager.getConnection(store.url(), store.user(), store.password());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM generation WHERE id LIKE 'load-1%'"))
                    .isPositive();
            assertThat(statement.executeUpdate(
                            "UPDATE generation SET document = REPLACE(document, 'succeeded', 'failed')"))
                    .isPositive();
            assertThat(statement.executeUpdate("DELETE FROM cancel_request")).isPositive();
        }
    }
}
