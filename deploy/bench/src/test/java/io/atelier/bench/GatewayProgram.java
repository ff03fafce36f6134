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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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
        Map<String, String> settings = new HashMap<>(settings(cluster, store));
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        settings.putAll(more);
        return new GatewayProgram(start(name, data, settings), URI.create("http://127.0.0.1:" + port));
    }

    /** Lets the program do something short on the store and waits for its end. @return its exit code */
    static int run(String name, Path data, SimulatedCluster cluster, Postgres.Database store, String... words)
            throws IOException, InterruptedException {
        return start(name, data, settings(cluster, store), words)
                .awaitExit(START_LIMIT)
                .orElseThrow(() -> new IllegalStateException(name + " does not end"));
    }

    private static Map<String, String> settings(SimulatedCluster cluster, Postgres.Database store) {
        Map<String, String> settings = new HashMap<>(cluster.common());
        settings.put("ATELIER_MODELS", SimulatedArtist.MODEL);
        settings.put("ATELIER_STORE", "postgresql");
        settings.put("ATELIER_STORE_URL", store.url());
        settings.put("ATELIER_STORE_USER", store.user());
        settings.put("ATELIER_STORE_PASSWORD", store.password());
        settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        return settings;
    }

    private static ChildProcess start(String name, Path data, Map<String, String> settings, String... words)
            throws IOException {
        Path jar = Path.of(System.getProperty("atelier.home"), "gateway/target/quarkus-app/quarkus-run.jar");
        List<String> program = new ArrayList<>(
                List.of("-Xmx256m", "-jar", jar.toAbsolutePath().normalize().toString()));
        program.addAll(List.of(words));
        return ChildProcess.start(name, data.resolve(name + ".log"), program, settings);
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
        return send(
                "/v1/generations",
                request -> request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                headers);
    }

    HttpResponse<String> cancel(String id, String... headers) throws IOException, InterruptedException {
        return send(
                "/v1/generations/" + id + "/cancel",
                request -> request.POST(HttpRequest.BodyPublishers.noBody()),
                headers);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(path, HttpRequest.Builder::GET, headers);
    }

    private HttpResponse<String> send(String path, UnaryOperator<HttpRequest.Builder> call, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = call.apply(request(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return Json.mapper().readTree(get(path).body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(20));
    }
}
