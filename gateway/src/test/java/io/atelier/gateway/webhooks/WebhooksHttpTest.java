package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpServer;
import io.atelier.gateway.FakeKafka;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.WebhookFormat;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.message.TraceParent;
import io.atelier.testing.Exchange;
import io.atelier.testing.OpenApiDocument;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From a record on Kafka to a receiver, through the whole gateway. */
@QuarkusTest
@TestProfile(WebhooksHttpTest.InMemory.class)
class WebhooksHttpTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ACME_SECRET = "whsec_" + "QUFB".repeat(8);
    private static final String NEXT_SECRET = "whsec_" + "QkJC".repeat(8);

    /** From the tests of Svix (worker.rs): a seed with its public key behind it. */
    private static final String KEY =
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

    /** From RFC 8032, section 7.1, test 1: a seed alone. */
    private static final String NEXT_KEY = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    private static final List<String> PUBLIC_KEYS = List.of(
            "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    /** What precedes the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410, section 4). */
    private static final String X509 = "302a300506032b6570032100";

    /** No broker, no store of pictures, no files; receivers on the loopback interface are allowed. */
    public static class InMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "quarkus.datasource.jdbc.url",
                            "jdbc:h2:mem:webhooks;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                    "atelier.storage.access-key", "none",
                    "atelier.storage.secret-key", "none",
                    "atelier.webhooks.secrets.default", SECRET,
                    "atelier.webhooks.ed25519-secrets", KEY + "," + NEXT_KEY,
                    "atelier.webhooks.secrets.acme", NEXT_SECRET + "," + ACME_SECRET,
                    "atelier.webhooks.http", "true",
                    "atelier.webhooks.ports", "1-65535",
                    "atelier.webhooks.allow", "127.0.0.1/32");
        }
    }

    private record Call(HttpHeaders headers, String body) {}

    @Inject
    FakeKafka kafka;

    @TestHTTPResource("/v1/generations")
    URI generations;

    private final HttpClient client = HttpClient.newHttpClient();
    private final MessageCodec worker = new MessageCodec(TOPICS, URI.create("/atelier/worker/test"));
    private final String id = UUID.randomUUID().toString();
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private HttpServer receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        receiver.createContext("/", exchange -> {
            HttpHeaders headers = HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true);
            calls.add(new Call(headers, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    @Test
    void the_end_of_a_job_from_kafka_reaches_its_receiver_signed() throws Exception {
        ProducerRecord<byte[], byte[]> event = worker.write(
                EventType.SUCCEEDED,
                OutboxDatabase.withWebhook(Samples.succeeded(id, 1), hook()).toBuilder()
                        .completedAt(Instant.now())
                        .build(),
                Instant.now());
        TraceParent trace = new TraceParent(TraceParent.newRoot().value(), "congo=t61rcWkgMzE");
        trace.writeTo(event.headers());
        kafka.append(event);

        Call call = calls.poll(30, TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        new Webhook(SECRET).verify(call.body, call.headers);
        assertThat(signatures(call, "v1")).hasSize(1);
        assertThat(signatures(call, "v1a")).hasSize(2);
        for (String publicKey : PUBLIC_KEYS) {
            assertThat(signatures(call, "v1a")).as(publicKey).anySatisfy(one -> assertSigned(call, publicKey, one));
        }
        assertThat(call.headers.firstValue("traceparent")).contains(trace.value());
        assertThat(call.headers.firstValue("tracestate")).contains(trace.state());
        JsonNode body = Json.mapper().readTree(call.body);
        assertThat(body.path("type").textValue()).isEqualTo("generation.succeeded");
        assertThat(body.path("data").path("id").textValue()).isEqualTo(id);
        assertThat(body.path("data").path("urls").path("get").textValue()).endsWith("/v1/generations/" + id);
        assertThat(body.path("data").path("output").path(0).path("url").textValue())
                .isNotEqualTo("http://old/url");

        JsonNode delivery = awaitState("delivered");
        String message = call.headers.firstValue("webhook-id").orElseThrow();
        assertThat(delivery.path("id").textValue()).isEqualTo(message);
        assertThat(delivery.path("attempts").path(0).path("status").intValue()).isEqualTo(204);

        HttpResponse<String> again = send(
                HttpRequest.newBuilder(log("/redeliver?message=" + message)).POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(again.statusCode()).isEqualTo(202);
        Call second = calls.poll(30, TimeUnit.SECONDS);
        assertThat(second).isNotNull();
        assertThat(second.headers.firstValue("webhook-id")).contains(message);
        assertThat(second.body).contains(id);
    }

    @ParameterizedTest
    @EnumSource(WebhookFormat.class)
    void whatever_a_receiver_is_told_is_as_the_document_describes_it(WebhookFormat format) throws Exception {
        String[] all = {"queued", "started", "progress", "completed"};
        boolean isOurs = format == WebhookFormat.GENERATION;
        String prefix = isOurs ? "generation." : "";

        assertTold(EventType.QUEUED, Samples.queued(id), format, all, isOurs ? "generation.queued" : "starting");
        assertTold(
                EventType.STARTED, Samples.started(id, 1), format, all, isOurs ? "generation.started" : "processing");
        assertTold(
                EventType.PROGRESS,
                Samples.progressed(id, 1, "base", 7),
                format,
                all,
                isOurs ? "generation.progress" : "processing");
        assertTold(EventType.SUCCEEDED, Samples.succeeded(id, 1), format, all, prefix + "succeeded");
        // These are known by their end alone.
        String[] end = {"completed"};
        assertTold(EventType.FAILED, Samples.failed(id + "-1", 1), format, end, prefix + "failed");
        assertTold(EventType.CANCELED, Samples.canceled(id + "-2", 1), format, end, prefix + "canceled");
        assertTold(
                EventType.EXPIRED,
                Samples.expired(id + "-3", 1),
                format,
                end,
                isOurs ? "generation.expired" : "aborted");
    }

    private void assertTold(EventType type, Generation generation, WebhookFormat format, String[] filter, String what)
            throws Exception {
        Instant now = Instant.now();
        Generation ofToday = OutboxDatabase.withWebhook(generation, hook(), filter).toBuilder()
                .webhookFormat(format)
                .createdAt(now)
                .startedAt(generation.startedAt() == null ? null : now)
                .completedAt(generation.completedAt() == null ? null : now)
                .build();
        kafka.append(worker.write(type, ofToday, now));

        Call call = calls.poll(30, TimeUnit.SECONDS);

        assertThat(call).as("told of " + type).isNotNull();
        JsonNode body = Json.mapper().readTree(call.body);
        assertThat(body.path(format == WebhookFormat.GENERATION ? "type" : "status")
                        .textValue())
                .isEqualTo(what);
        assertDocumented(call, format);
    }

    private void assertDocumented(Call call, WebhookFormat format) throws Exception {
        OpenApiDocument document =
                new OpenApiDocument(send(HttpRequest.newBuilder(generations.resolve("/q/openapi?format=json")))
                        .body());
        String name = format == WebhookFormat.GENERATION ? "generation" : "prediction";
        assertThat(document.problemsOfWebhook(name, Exchange.firstValues(call.headers), call.body))
                .as(call.toString())
                .isEmpty();
    }

    private String hook() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    }

    @Test
    void a_tenants_messages_are_signed_with_its_own_secrets_both_while_one_replaces_the_other() throws Exception {
        kafka.append(worker.write(
                EventType.SUCCEEDED,
                OutboxDatabase.withWebhook(Samples.succeeded(id, 1), hook()).toBuilder()
                        .id(new GenerationId("acme", id))
                        .completedAt(Instant.now())
                        .build(),
                Instant.now()));

        Call call = calls.poll(30, TimeUnit.SECONDS);

        assertThat(call).isNotNull();
        assertDocumented(call, WebhookFormat.GENERATION);
        new Webhook(ACME_SECRET).verify(call.body, call.headers);
        new Webhook(NEXT_SECRET).verify(call.body, call.headers);
        assertThatThrownBy(() -> new Webhook(SECRET).verify(call.body, call.headers))
                .isInstanceOf(WebhookVerificationException.class);
        assertThat(Json.mapper().readTree(call.body).at("/data/tenant").textValue())
                .isEqualTo("acme");
        assertThat(send(HttpRequest.newBuilder(log(""))).statusCode())
                .as("the log of another tenant")
                .isEqualTo(404);
    }

    @Test
    void the_log_of_what_is_unknown_is_not_found() throws Exception {
        assertThat(send(HttpRequest.newBuilder(log(""))).statusCode()).isEqualTo(404);
        assertThat(send(HttpRequest.newBuilder(log("/redeliver")).POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(404);
    }

    private static List<byte[]> signatures(Call call, String version) {
        return Arrays.stream(call.headers
                        .firstValue("webhook-signature")
                        .orElseThrow()
                        .split(" "))
                .map(signature -> signature.split(","))
                .filter(signature -> signature[0].equals(version))
                .map(signature -> Base64.getDecoder().decode(signature[1]))
                .toList();
    }

    /** The official library for Java knows no v1a. */
    private static void assertSigned(Call call, String publicKey, byte[] signature) throws Exception {
        byte[] encoded = HexFormat.of().parseHex(X509 + publicKey);
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        String signed = call.headers.firstValue("webhook-id").orElseThrow()
                + '.'
                + call.headers.firstValue("webhook-timestamp").orElseThrow()
                + '.'
                + call.body;
        verifier.update(signed.getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.verify(signature)).isTrue();
    }

    private JsonNode awaitState(String state) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        JsonNode delivery;
        do {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(log("")));
            delivery = Json.mapper().readTree(answer.body()).path("data").path(0);
        } while (!delivery.path("state").asText().equals(state) && System.nanoTime() < end);
        assertThat(delivery.path("state").textValue()).isEqualTo(state);
        return delivery;
    }

    private URI log(String rest) {
        return URI.create(generations + "/" + id + "/webhook-deliveries" + rest);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
