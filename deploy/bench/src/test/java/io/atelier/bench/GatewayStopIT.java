package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is asked to stop in the middle of its work. */
class GatewayStopIT {
    private static final Path HOME = Path.of(System.getProperty("atelier.home"));
    private static final int SUBMITTERS = 4;
    private static final String SLOW = "takes 30000 ms";
    /** Quarkus' exit code or the JVM's own for SIGTERM, whichever is first. */
    private static final Set<Integer> ENDED = Set.of(0, 143);

    /** Far below what the slow ones take. */
    private static final Duration BOUND = Duration.ofSeconds(15);

    @TempDir
    Path data;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();

    @Test
    void everybody_is_answered_and_what_was_accepted_is_drawn() throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            cluster.startGateway(HOME);
            cluster.startWorker("worker", "--count", "3", "--draw-ms", "20");
            CompletableFuture<HttpResponse<String>> waiting =
                    send(post(cluster, "/v1/generations", body("slow", SLOW)).header("Prefer", "wait=60"));
            CompletableFuture<HttpResponse<String>> pictures =
                    send(post(cluster, "/v1/images/generations", "{\"prompt\":\"" + SLOW + "\"}"));
            until(
                    "both are drawn",
                    () -> cluster.log().all().values().stream()
                                    .filter(events ->
                                            events.stream().anyMatch(event -> event.type() == EventType.STARTED))
                                    .count()
                            == 2);
            CompletableFuture<HttpResponse<String>> followed =
                    send(HttpRequest.newBuilder(at(cluster, "/v1/generations/slow/events")));
            until("it is followed", () -> cluster.get("/q/metrics").body().contains("atelier_event_listeners 3.0"));
            List<CompletableFuture<Void>> load = IntStream.range(0, SUBMITTERS)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> submitUntilRefused(cluster, i)))
                    .toList();
            until("the load is under way", () -> accepted.size() >= 40);

            cluster.gateway().askToStop();

            assertThat(cluster.gateway().awaitExit(BOUND).orElse(-1)).isIn(ENDED);
            assertThat(waiting.join().statusCode()).isEqualTo(202);
            assertThat(Json.mapper()
                            .readTree(waiting.join().body())
                            .path("status")
                            .textValue())
                    .isEqualTo("processing");
            assertThat(pictures.join().statusCode()).isEqualTo(503);
            assertThat(pictures.join().headers().firstValue("Retry-After")).isPresent();
            assertThat(Json.mapper()
                            .readTree(pictures.join().body())
                            .at("/error/message")
                            .textValue())
                    .isEqualTo("The gateway stops");
            assertThat(followed.join().body()).contains("event:processing");
            CompletableFuture.allOf(load.toArray(CompletableFuture[]::new)).join();
            until("all that was accepted ends", () -> cluster.log().haveEnded(accepted));
            until(
                    "what nobody waits for any more is cancelled",
                    () -> cluster.log().all().values().stream()
                            .anyMatch(events -> events.stream().anyMatch(event -> event.type() == EventType.CANCELED)));
            assertThat(cluster.log().hasEnded("slow")).isFalse();
        }
    }

    private CompletableFuture<HttpResponse<String>> send(HttpRequest.Builder call) {
        return client.sendAsync(call.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A call that comes while the gateway stops is refused, or finds nobody: then nothing is promised. */
    private void submitUntilRefused(SimulatedCluster cluster, int submitter) {
        for (int i = 0; ; i++) {
            String id = "load-" + submitter + "-" + i;
            try {
                HttpResponse<String> answer =
                        send(post(cluster, "/v1/generations", body(id, "x"))).join();
                if (answer.statusCode() != 202) {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                    return;
                }
                accepted.add(id);
            } catch (CompletionException nobody) {
                assertThat(nobody).hasCauseInstanceOf(IOException.class);
                return;
            }
        }
    }

    private static String body(String id, String prompt) {
        return "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"" + prompt + "\"}}";
    }

    private static HttpRequest.Builder post(SimulatedCluster cluster, String path, String body) {
        return HttpRequest.newBuilder(at(cluster, path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static URI at(SimulatedCluster cluster, String path) {
        return URI.create("http://127.0.0.1:" + cluster.gatewayPort() + path);
    }
}
