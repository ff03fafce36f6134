package io.atelier.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.atelier.message.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Takes every message, and remembers in which order; what the official library does not verify is kept apart. */
final class SignedReceiver implements AutoCloseable {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final Webhook webhook = new Webhook(SECRET);
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final List<String> unverified = new CopyOnWriteArrayList<>();
    private final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 64);

    /** @param message the id of the message @param at as {@link System#nanoTime} has it */
    record Told(String message, String generation, String type, long at) {}

    SignedReceiver() throws IOException {
        server.createContext("/", this::take);
        server.start();
    }

    /** What lets a gateway tell it. */
    Map<String, String> settings() {
        return Map.of(
                "ATELIER_WEBHOOKS_SECRETS_DEFAULT", SECRET,
                "ATELIER_WEBHOOKS_HTTP", "true",
                "ATELIER_WEBHOOKS_PORTS", "1-65535",
                "ATELIER_WEBHOOKS_ALLOW", "127.0.0.1/32");
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    List<Told> told() {
        return List.copyOf(told);
    }

    List<String> unverified() {
        return List.copyOf(unverified);
    }

    private void take(HttpExchange exchange) throws IOException {
        long at = System.nanoTime();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, List<String>> headers = exchange.getRequestHeaders().entrySet().stream()
                .collect(Collectors.toMap(header -> header.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue));
        try {
            webhook.verify(body, headers);
            JsonNode message = Json.mapper().readTree(body);
            told.add(new Told(
                    headers.get("webhook-id").get(0),
                    message.at("/data/id").textValue(),
                    message.path("type").textValue(),
                    at));
        } catch (WebhookVerificationException e) {
            unverified.add(e.getMessage() + ": " + body);
        }
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
