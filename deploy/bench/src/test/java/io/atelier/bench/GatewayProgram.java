package io.atelier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.SimulatedArtist;
import io.atelier.local.cluster.ChildProcess;
import io.atelier.local.cluster.FreePorts;
import io.atelier.message.Json;
import io.atelier.testing.Postgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of several gateways on a PostgreSQL store, as a process. */
final class GatewayProgram {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final ChildProcess process;
    private final URI address;

    private GatewayProgram(ChildProcess process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Returns at once. @param data for its log */
    static GatewayProgram launch(
            String name, Path data, SimulatedCluster cluster, Postgres.Database store, Map<String, String> more)
            throws IOException {
        int port = new FreePorts().any();
        Map<String, String> settings = new HashMap<>(cluster.common());
        settings.put("ATELIER_MODELS", SimulatedArtist.MODEL);
        settings.put("ATELIER_STORE", "postgresql");
        settings.put("ATELIER_STORE_URL", store.url());
        settings.put("ATELIER_STORE_USER", store.user());
        settings.put("ATELIER_STORE_PASSWORD", store.password());
        settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        settings.putAll(more);
        Path jar = Path.of(System.getProperty("atelier.home"), "gateway/target/quarkus-app/quarkus-run.jar");
        ChildProcess process = ChildProcess.start(
                name,
                data.resolve(name + ".log"),
                List.of("-Xmx256m", "-jar", jar.toAbsolutePath().normalize().toString()),
                settings);
        return new GatewayProgram(process, URI.create("http://127.0.0.1:" + port));
    }

    void awaitReady() throws InterruptedException {
        process.awaitReady(
                () -> {
                    try {
                        return get("/q/health/ready").statusCode() == 200;
                    } catch (IOException notYet) {
                        return false;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return false;
                    }
                },
                START_LIMIT);
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.kill();
    }

    /** @param headers names and values */
    HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/v1/generations")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return Json.mapper().readTree(get(path).body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(20));
    }
}
