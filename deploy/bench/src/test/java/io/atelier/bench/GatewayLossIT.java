package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Priority;
import io.atelier.message.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed: what it has accepted goes on without it, and it goes on where it was. */
class GatewayLossIT {
    private static final Path HOME = Path.of(System.getProperty("atelier.home"));

    /** Nobody verifies it here. */
    private static final String SECRET =
            "whsec_" + Base64.getEncoder().encodeToString("012345678901234567890123".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path data;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private HttpServer receiver;

    @BeforeEach
    void receive() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/hook", exchange -> {
            told.add(Json.mapper()
                    .readTree(exchange.getRequestBody())
                    .path("data")
                    .path("id")
                    .asText());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stopReceiving() {
        receiver.stop(0);
    }

    @Test
    void accepted_jobs_go_on_and_are_told_of_when_it_is_back() throws Exception {
        int port = receiver.getAddress().getPort();
        Map<String, String> openWebhooks = Map.of(
                "ATELIER_WEBHOOKS_HTTP",
                "true",
                "ATELIER_WEBHOOKS_ALLOW",
                "127.0.0.0/8",
                "ATELIER_WEBHOOKS_PORTS",
                Integer.toString(port),
                "ATELIER_WEBHOOKS_SECRETS_DEFAULT",
                SECRET);
        String webhook = "http://127.0.0.1:" + port + "/hook";
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            cluster.startGateway(HOME, openWebhooks);
            cluster.startWorker("one");
            String body = "{\"id\":\"%s\",\"input\":{\"prompt\":\"takes 300 ms\"},\"webhook\":\"" + webhook + "\"}";
            assertThat(cluster.post("/v1/generations", body.formatted("accepted"))
                            .statusCode())
                    .isEqualTo(202);
            cluster.gateway().kill();
            cluster.produce(Priority.NORMAL, null, body.formatted("meanwhile").getBytes(StandardCharsets.UTF_8));
            until("both end without the gateway", () -> cluster.log().haveEnded(List.of("accepted", "meanwhile")));

            cluster.startGateway(HOME, openWebhooks);

            for (String id : List.of("accepted", "meanwhile")) {
                until(
                        "the gateway knows the end of " + id,
                        () -> status(cluster, id).equals("succeeded"));
                until("the receiver was told of " + id, () -> told.contains(id));
            }
        }
    }

    private static String status(SimulatedCluster cluster, String id) throws Exception {
        return Json.mapper()
                .readTree(cluster.get("/v1/generations/" + id).body())
                .path("status")
                .asText();
    }
}
