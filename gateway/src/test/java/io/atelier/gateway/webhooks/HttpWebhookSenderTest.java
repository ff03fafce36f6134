package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import io.atelier.gateway.doors.Prediction;
import io.atelier.gateway.webhooks.Outcome.Kind;
import io.atelier.job.Generation;
import io.atelier.job.GenerationUrls;
import io.atelier.job.WebhookFormat;
import io.atelier.message.Json;
import io.atelier.net.TargetGuard;
import io.atelier.net.TargetRules;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpWebhookSenderTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static final WebhookView VIEW = new WebhookView() {
        @Override
        public Generation present(Generation generation, URI base) {
            return generation.toBuilder()
                    .urls(new GenerationUrls(base.resolve("v1/generations/a").toString(), "fresh", "fresh"))
                    .build();
        }

        @Override
        public Object prediction(Generation presented) {
            return Prediction.of(presented);
        }
    };

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpHeaders> heads = Collections.synchronizedList(new ArrayList<>());
    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private final List<String> paths = Collections.synchronizedList(new ArrayList<>());
    private HttpServer receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        receiver.setExecutor(threads);
        receiver.createContext("/", exchange -> {
            heads.add(HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true));
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            paths.add(exchange.getRequestURI().getPath());
            String path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders().add("Location", "/moved");
            exchange.getResponseHeaders().add("Retry-After", "90");
            exchange.sendResponseHeaders(path.matches("/[0-9]+") ? Integer.parseInt(path.substring(1)) : 200, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        threads.shutdownNow();
    }

    @Test
    void the_official_library_verifies_what_arrives() throws Exception {
        Instant now = Instant.now();

        assertThat(sender(SECRET).send(message("/ok"), now).kind()).isEqualTo(Kind.DELIVERED);

        assertThat(heads).hasSize(1);
        new Webhook(SECRET).verify(bodies.get(0), heads.get(0));
        assertThat(heads.get(0).firstValue("content-type")).contains("application/json");
        assertThat(heads.get(0).firstValue("webhook-id")).contains("msg_a_succeeded");
        assertThat(heads.get(0).firstValue("webhook-timestamp")).contains(Long.toString(now.getEpochSecond()));
        JsonNode body = Json.mapper().readTree(bodies.get(0));
        assertThat(body.fieldNames()).toIterable().containsExactly("type", "timestamp", "data");
        assertThat(body.path("type").textValue()).isEqualTo("generation.succeeded");
        assertThat(body.path("timestamp").textValue()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(body.path("data").path("id").textValue()).isEqualTo("a");
        assertThat(body.path("data").path("urls").path("get").textValue()).isEqualTo("http://gateway/v1/generations/a");
    }

    @Test
    void receivers_of_replicate_get_a_prediction() throws Exception {
        WebhookMessage ours = message("/ok");
        WebhookMessage theirs = new WebhookMessage(
                ours.id(),
                ours.type(),
                ours.eventAt(),
                ours.generation().toBuilder()
                        .webhookFormat(WebhookFormat.REPLICATE)
                        .build(),
                0,
                0,
                Optional.empty());

        assertThat(sender(SECRET).send(theirs, Instant.now()).kind()).isEqualTo(Kind.DELIVERED);

        new Webhook(SECRET).verify(bodies.get(0), heads.get(0));
        JsonNode body = Json.mapper().readTree(bodies.get(0));
        assertThat(body.path("id").textValue()).isEqualTo("a");
        assertThat(body.path("status").textValue()).isEqualTo("processing");
        assertThat(body.path("urls").path("get").textValue()).isEqualTo("http://gateway/v1/predictions/a");
        assertThat(body.has("data")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/200, DELIVERED,   200, 0",
        "/204, DELIVERED,   204, 0",
        "/302, FAILED,      302, 0",
        "/307, FAILED,      307, 0",
        "/404, FAILED,      404, 90",
        "/410, GONE,        410, 0",
        "/429, UNREACHABLE, 429, 90",
        "/500, UNREACHABLE, 500, 90",
        "/503, UNREACHABLE, 503, 90"
    })
    void answers_are_told_apart_and_redirects_not_followed(String path, Kind kind, int status, int retryAfter) {
        Outcome outcome = sender(SECRET).send(message(path), NOW);

        assertThat(outcome.kind()).isEqualTo(kind);
        assertThat(outcome.status()).contains(status);
        assertThat(outcome.retryAfter().orElse(Duration.ZERO)).isEqualTo(Duration.ofSeconds(retryAfter));
        assertThat(paths).containsExactly(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120                           | 120",
                "Thu, 01 Jan 2026 12:01:00 GMT | 60",
                "Thu, 01 Jan 2026 11:00:00 GMT | -1",
                "soon                          | -1",
                "-5                            | -1",
                "99999999999999999999          | -1"
            })
    void a_wish_is_seconds_or_a_date(String header, long seconds) {
        assertThat(HttpWebhookSender.retryAfter(header, NOW)
                        .map(Duration::toSeconds)
                        .orElse(-1L))
                .isEqualTo(seconds);
    }

    @Test
    void a_receiver_that_hangs_is_given_up() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Outcome outcome = send(silent.getLocalPort(), Duration.ofMillis(300));

            assertThat(outcome.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(outcome.error())
                    .hasValueSatisfying(error -> assertThat(error).contains("in time"));
        }
    }

    @Test
    void a_receiver_that_resets_is_away() throws Exception {
        Outcome outcome = againstSocket(connection -> {
            try {
                connection.setSoLinger(true, 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(outcome.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(outcome.status()).isEmpty();
    }

    @Test
    void a_flood_of_headers_is_not_read() throws Exception {
        Outcome outcome = againstSocket(connection -> {
            try {
                OutputStream out = connection.getOutputStream();
                out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] header = ("X: " + "x".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                while (true) {
                    out.write(header);
                }
            } catch (IOException closed) {
                // As it should be.
            }
        });

        assertThat(outcome.kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void a_flood_of_content_is_not_read() throws Exception {
        Outcome outcome = againstSocket(connection -> {
            try {
                OutputStream out = connection.getOutputStream();
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    out.write(new byte[1 << 16]);
                }
            } catch (IOException closed) {
                // As it should be.
            }
        });

        assertThat(outcome).isEqualTo(Outcome.delivered(200));
    }

    @Test
    void what_the_guard_refuses_is_not_sent() {
        TargetGuard strict = new TargetGuard(
                TargetRules.parse(true, List.of("1-65535"), List.of(), List.of()),
                host -> List.of(InetAddress.getByName("127.0.0.1")));
        WebhookSender sender = sender(strict, SECRET, Duration.ofSeconds(20));

        Outcome literal = sender.send(message("/ok"), NOW);
        Outcome name = sender.send(to("http://inside.example:" + port() + "/ok"), NOW);

        assertThat(literal.kind()).isEqualTo(Kind.REFUSED);
        assertThat(name.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(name.error()).hasValueSatisfying(error -> assertThat(error).contains("inside.example"));
        assertThat(paths).isEmpty();
    }

    @Test
    void nothing_is_sent_unsigned() {
        WebhookSender sender = sender(guard(), null, Duration.ofSeconds(20));

        assertThat(sender.send(message("/ok"), NOW).error()).contains("No secret is configured for tenant default");
        assertThat(paths).isEmpty();
    }

    private Outcome againstSocket(Consumer<Socket> answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            threads.execute(() -> {
                try (Socket connection = server.accept()) {
                    connection.getInputStream().read();
                    answer.accept(connection);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            return send(server.getLocalPort(), Duration.ofSeconds(30));
        }
    }

    private Outcome send(int port, Duration timeout) {
        return sender(guard(), SECRET, timeout).send(to("http://127.0.0.1:" + port + "/"), NOW);
    }

    private static TargetGuard guard() {
        return new TargetGuard(
                TargetRules.parse(true, List.of("1-65535"), List.of("127.0.0.1"), List.of()),
                host -> List.of(InetAddress.getByName("127.0.0.1")));
    }

    private static WebhookSender sender(String secret) {
        return sender(guard(), secret, Duration.ofSeconds(20));
    }

    private static WebhookSender sender(TargetGuard guard, String secret, Duration timeout) {
        WebhookSigner signer =
                new WebhookSigner(secret == null ? Map.of() : Map.of("default", List.of(secret)), List.of());
        return new HttpWebhookSender(
                guard, HttpWebhookSender.client(guard, timeout).build(), signer, VIEW, URI.create("http://gateway/"));
    }

    private WebhookMessage message(String path) {
        return to("http://127.0.0.1:" + port() + path);
    }

    private static WebhookMessage to(String url) {
        return OutboxDatabase.message("a", url, "succeeded", NOW);
    }

    private int port() {
        return receiver.getAddress().getPort();
    }
}
