package io.atelier.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.job.Generation;
import io.atelier.message.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A gateway as the command line sees it. */
final class GatewayClient {
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
    private static final String EVENT_DATA = "data:";

    private final URI gateway;
    /** The environment variable with the key for gateways that want one. */
    static final String API_KEY = "ATELIER_API_KEY";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Optional<String> apiKey;

    GatewayClient(String gateway) {
        this(gateway, Optional.ofNullable(System.getenv(API_KEY)));
    }

    private GatewayClient(String gateway, Optional<String> apiKey) {
        this.gateway = URI.create(gateway.endsWith("/") ? gateway : gateway + "/");
        this.apiKey = apiKey;
    }

    /** @throws GatewayException with the problem's own words if the request is refused */
    Generation submit(JsonNode request) {
        HttpRequest post = request("v1/generations")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build();
        return generation(send(post, BodyHandlers.ofString()));
    }

    Generation get(String id) {
        return generation(send(request("v1/generations/" + id).build(), BodyHandlers.ofString()));
    }

    /**
     * Follows a generation until it has ended. The stream may break; the state is then asked for, and the stream opened
     * anew.
     */
    Generation follow(String id, Consumer<Generation> onChange) {
        while (true) {
            Optional<Generation> last = readEvents(id, onChange);
            Generation now = last.filter(g -> g.status().terminal()).orElseGet(() -> get(id));
            if (now.status().terminal()) {
                return now;
            }
        }
    }

    byte[] image(String id, int index) {
        HttpResponse<byte[]> response =
                send(request("v1/generations/" + id + "/images/" + index).build(), BodyHandlers.ofByteArray());
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() == 302 && location.isPresent()) {
            // The store of the pictures gets no key of ours: its own signature is in the URL.
            HttpRequest stored = HttpRequest.newBuilder(URI.create(location.get()))
                    .timeout(CALL_LIMIT)
                    .build();
            response = send(stored, BodyHandlers.ofByteArray());
        }
        if (response.statusCode() != 200) {
            throw new GatewayException(
                    "The picture cannot be fetched: HTTP " + response.statusCode() + " from " + response.uri());
        }
        return response.body();
    }

    private Optional<Generation> readEvents(String id, Consumer<Generation> onChange) {
        // No time limit on the call: a picture takes as long as it takes. The gateway's heartbeats keep it open.
        HttpRequest get = toGateway("v1/generations/" + id + "/events")
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<Stream<String>> response = send(get, BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                return Optional.empty();
            }
            return lines.filter(line -> line.startsWith(EVENT_DATA))
                    .map(line -> read(line.substring(EVENT_DATA.length())))
                    .peek(onChange)
                    .filter(generation -> generation.status().terminal())
                    .findFirst();
        } catch (UncheckedIOException broken) {
            return Optional.empty();
        }
    }

    private HttpRequest.Builder request(String path) {
        return toGateway(path).timeout(CALL_LIMIT);
    }

    private HttpRequest.Builder toGateway(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.resolve(path));
        apiKey.ifPresent(key -> request.header("Authorization", "Bearer " + key));
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new GatewayException("No answer from the gateway at " + gateway + ": " + reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException("Interrupted while waiting for the gateway at " + gateway, e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static Generation generation(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw new GatewayException(problem(response));
        }
        return read(response.body());
    }

    private static Generation read(String json) {
        try {
            return Json.mapper().readValue(json, Generation.class);
        } catch (JsonProcessingException e) {
            throw new GatewayException("The gateway's answer is no generation: " + e.getOriginalMessage(), e);
        }
    }

    /** An RFC 9457 problem in one sentence for people; {@code code: detail}. */
    private static String problem(HttpResponse<String> response) {
        try {
            JsonNode problem = Json.mapper().readTree(response.body());
            return problem.path("code").asText("http_" + response.statusCode()) + ": "
                    + problem.path("detail").asText(problem.path("title").asText());
        } catch (JsonProcessingException e) {
            return "http_" + response.statusCode() + " from " + response.uri();
        }
    }
}
