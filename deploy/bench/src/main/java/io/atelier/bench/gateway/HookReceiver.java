package io.atelier.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.atelier.message.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A receiver of webhooks that is well: it verifies each message, answers at once and remembers when it came. */
final class HookReceiver implements AutoCloseable {
    private static final byte[] SECRET = "a secret of 24 bytes....".getBytes(StandardCharsets.US_ASCII);
    private static final int THREADS = 8;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();

    HookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/hook", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** What the gateway must sign with, as it is configured. */
    static String secret() {
        return "whsec_" + Base64.getEncoder().encodeToString(SECRET);
    }

    /** When the first request for each generation was there ({@link System#nanoTime}), by its id. */
    Map<String, Long> arrivals() {
        return arrivals;
    }

    /** Messages that had come before. */
    int repeated() {
        return repeated.get();
    }

    /** Messages whose signature was not right. */
    int wrong() {
        return wrong.get();
    }

    private void take(HttpExchange exchange) throws IOException {
        long now = System.nanoTime();
        byte[] body = exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
        if (!isSigned(exchange, body)) {
            wrong.incrementAndGet();
            return;
        }
        JsonNode message = Json.mapper().readTree(body);
        if (arrivals.putIfAbsent(message.path("data").path("id").asText(), now) != null) {
            repeated.incrementAndGet();
        }
    }

    /** @see "Standard Webhooks specification, section Signature scheme" */
    private static boolean isSigned(HttpExchange exchange, byte[] body) {
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
        String signatures = exchange.getRequestHeaders().getFirst("webhook-signature");
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            mac.update((id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8));
            String right = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            return signatures != null && Arrays.asList(signatures.split(" ")).contains(right);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
