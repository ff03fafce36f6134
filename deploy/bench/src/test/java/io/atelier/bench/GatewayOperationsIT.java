package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.bench.cluster.FaultProxy.Fault;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.message.Json;
import io.atelier.testing.Postgres;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a gateway that wants keys, and what nobody may see. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayOperationsIT {
    private static final String PROMPT = "a confidential prompt";
    private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Map<String, String> ALL_UP = Map.of("kafka", "UP", "store", "UP", "storage", "UP");
    private static final String BEARER = "Authorization";

    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    @TempDir
    static Path data;

    private static Postgres.Database store;
    private static SimulatedCluster cluster;
    private static GatewayProgram gateway;
    private static String acme;
    private static String other;

    @BeforeAll
    static void start() throws Exception {
        store = POSTGRES.newDatabase();
        cluster = SimulatedCluster.start(data, Map.of());
        acme = newKey("acme");
        other = newKey("other");
        gateway = GatewayProgram.launch(
                "gateway",
                data,
                cluster,
                store,
                Map.of(
                        "ATELIER_ACCESS_AUTH", "keys",
                        "ATELIER_WEBHOOKS_SECRETS_ACME", WEBHOOK_SECRET,
                        "ATELIER_WEBHOOKS_HTTP", "true",
                        "ATELIER_WEBHOOKS_PORTS", "1-65535",
                        "ATELIER_WEBHOOKS_ALLOW", "127.0.0.1/32"));
        gateway.awaitReady();
        cluster.startWorker("worker");
    }

    /** As an operator makes it, printed this once. */
    private static String newKey(String tenant) throws Exception {
        String name = "keys-of-" + tenant;
        assertThat(GatewayProgram.run(name, data, cluster, store, "keys", "add", tenant))
                .isZero();
        return Files.readAllLines(data.resolve(name + ".log")).stream()
                .filter(line -> line.startsWith("atk_"))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.kill();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void a_key_opens_what_is_its_tenants_own() throws Exception {
        String path = "/v1/generations/shared-name";
        assertThat(gateway.post(request("shared-name")).statusCode()).isEqualTo(401);
        assertThat(gateway.post(request("shared-name"), BEARER, "Bearer atk_0123456789abcdef_wrong")
                        .statusCode())
                .isEqualTo(401);
        assertThat(gateway.get("/v1/queue").statusCode()).isEqualTo(401);

        assertThat(gateway.post(request("shared-name"), as(acme)).statusCode()).isEqualTo(202);

        until("it is drawn", () -> gateway.get(path, as(acme)).body().contains("\"succeeded\""));
        assertThat(gateway.get("/v1/generations", as(acme)).body()).contains("shared-name");
        until("it is told of", () -> cluster.log().hasEnded("shared-name"));
        assertThat(cluster.log().of("shared-name"))
                .extracting(told -> told.generation().tenant())
                .containsOnly("acme");
        try (Stream<Path> files = Files.walk(cluster.objects())) {
            assertThat(files.map(Path::toString))
                    .anyMatch(file -> file.endsWith("/tenant=acme/shared-name/manifest.json"))
                    .noneMatch(file -> file.endsWith("generations/shared-name/manifest.json"));
        }
        for (String rest : List.of("", "/events", "/images/0", "/webhook-deliveries")) {
            assertThat(gateway.get(path + rest, as(other)).statusCode())
                    .as(rest)
                    .isEqualTo(404);
        }
        assertThat(gateway.cancel("shared-name", as(other)).statusCode()).isEqualTo(404);
        assertThat(gateway.get("/v1/generations", as(other)).body()).doesNotContain("shared-name");
    }

    @Test
    @Order(2)
    void health_tells_store_kafka_and_pictures_apart() throws Exception {
        assertThat(statuses()).containsAllEntriesOf(ALL_UP);
        assertThat(gateway.get("/q/health/started").statusCode()).isEqualTo(200);

        cluster.storage().inject(Fault.UNAVAILABLE, any -> true);
        until("pictures cannot be read", () -> ready().contains("does not answer"));
        // Neither accepting nor telling needs them.
        assertThat(statuses()).containsAllEntriesOf(ALL_UP);
        assertThat(gateway.post(request("without-storage"), as(acme)).statusCode())
                .isEqualTo(202);
        cluster.storage().heal();
        until("pictures can be read", () -> !ready().contains("does not answer"));

        letIn(false);
        until("the store is missed", () -> statuses().get("store").equals("DOWN"));
        assertThat(statuses()).containsEntry("kafka", "UP");
        HttpResponse<String> refused = gateway.post(request("without-store"), as(acme));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertLives();
        letIn(true);
        gateway.awaitReady();

        cluster.broker().kill();
        until("Kafka is missed", () -> statuses().get("kafka").equals("DOWN"));
        assertThat(statuses()).containsEntry("store", "UP");
        assertThat(gateway.post(request("without-kafka"), as(acme)).statusCode())
                .isEqualTo(503);
        assertLives();
        cluster.startBroker();
        gateway.awaitReady();
        until("it goes on", () -> gateway.post(request("after-all"), as(acme)).statusCode() == 202);
        until(
                "what was accepted meanwhile has ended",
                () -> cluster.log().haveEnded(List.of("without-storage", "after-all")));
    }

    /** The last one, since it reads what the others made the gateway write. */
    @Test
    @Order(3)
    void no_log_holds_a_prompt_a_key_or_a_secret() throws Exception {
        String badly = request("x").replace("}}", ",\"width\":7}}");
        assertThat(gateway.post(badly, as(acme)).statusCode()).isEqualTo(422);
        assertThat(gateway.post(badly.substring(0, 60), as(acme)).statusCode()).isEqualTo(400);
        String nowhere = request("told-nowhere").replace("{\"id\"", "{\"webhook\":\"http://127.0.0.1:1/hook\",\"id\"");
        assertThat(gateway.post(nowhere, as(acme)).statusCode()).isEqualTo(202);
        until(
                "nobody listens there",
                () -> gateway.get("/v1/generations/told-nowhere/webhook-deliveries", as(acme))
                        .body()
                        .contains("unreachable"));

        String log = Files.readString(data.resolve("gateway.log"));
        assertThat(log).contains("Configuration:").hasSizeGreaterThan(1000);
        assertThat(log)
                .doesNotContain(PROMPT)
                .doesNotContain(secretPart(acme))
                .doesNotContain(secretPart(other))
                .doesNotContain(WEBHOOK_SECRET.substring("whsec_".length()))
                .doesNotContain(cluster.common().get("ATELIER_STORAGE_SECRET_KEY"));
    }

    private static String secretPart(String key) {
        return key.substring(key.lastIndexOf('_') + 1);
    }

    private static String request(String id) {
        return "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"" + PROMPT + "\"}}";
    }

    private static String[] as(String key) {
        return new String[] {BEARER, "Bearer " + key};
    }

    private static String ready() throws Exception {
        return gateway.get("/q/health/ready").body();
    }

    /** Of each readiness check. */
    private static Map<String, String> statuses() throws Exception {
        Map<String, String> statuses = new HashMap<>();
        for (JsonNode check : Json.mapper().readTree(ready()).path("checks")) {
            statuses.put(check.path("name").textValue(), check.path("status").textValue());
        }
        return statuses;
    }

    /** To start it anew would bring nothing back. */
    private static void assertLives() throws IOException, InterruptedException {
        assertThat(gateway.get("/q/health/ready").statusCode()).isEqualTo(503);
        assertThat(gateway.get("/q/health/live").statusCode()).isEqualTo(200);
        assertThat(gateway.get("/q/health/started").statusCode()).isEqualTo(200);
    }

    /** As a database that is away: connections break, and there are no new ones. */
    private static void letIn(boolean anybody) throws SQLException {
        String name = store.url().substring(store.url().lastIndexOf('/') + 1).split("\\?")[0];
        String server = store.url().replace("/" + name, "/postgres");
        try (Connection connection = DriverManager.getConnection(server, store.user(), store.password());
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS " + anybody);
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        }
    }
}
