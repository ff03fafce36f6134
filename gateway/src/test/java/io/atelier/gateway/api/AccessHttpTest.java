package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.access.ApiKeySecret;
import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.gateway.jobs.Samples;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that wants a key. */
@QuarkusTest
@TestProfile(AccessHttpTest.WithKeys.class)
class AccessHttpTest extends HttpTest {
    @Inject
    ApiKeyStore keys;

    private ApiKeySecret key;

    public static class WithKeys extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("atelier.access.auth", "keys");
            overrides.put("atelier.access.key-cache", "1ms");
            overrides.put("atelier.store.path", "access");
            return overrides;
        }
    }

    @BeforeEach
    void makeKey() {
        key = keys.add("default", Instant.now());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/generations",
        "POST, /v1/generations",
        "GET, /v1/generations/some",
        "POST, /v1/generations/some/cancel",
        "GET, /v1/generations/some/events",
        "GET, /v1/generations/some/images/0",
        "GET, /v1/generations/some/webhook-deliveries",
        "POST, /v1/generations/some/webhook-deliveries/redeliver",
        "GET, /v1/queue",
        "DELETE, /v1/queue",
        "OPTIONS, /v1/generations",
        "GET, /",
        "GET, /v1/nothing",
        "GET, /v1/schemasnot",
        "GET, /v1/schemas/%2e%2e/queue",
        "GET, /v1/schemas/../queue",
        "GET, //v1/queue",
    })
    void nothing_is_answered_without_a_key(String method, String path) throws Exception {
        HttpResponse<String> answer = call(HttpRequest.newBuilder(generations.resolve("/"))
                .uri(java.net.URI.create(generations.resolve("/").toString().replaceAll("/$", "") + path))
                .method(method, HttpRequest.BodyPublishers.ofString(method.equals("POST") ? CIRCLE : "")));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(answer).path("code").textValue()).isEqualTo("unauthorized");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"atelier\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/health",
                "/q/health/live",
                "/q/health/ready",
                "/q/metrics",
                "/q/openapi",
                "/v1/schemas/generation.schema.json"
            })
    void what_tells_nothing_of_anybody_is_open(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(200);
    }

    @Test
    void a_key_opens_every_call() throws Exception {
        HttpResponse<String> submitted = withKey(submission(request(id)));
        assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(202);

        assertThat(withKey(at("/v1/generations/" + id)).statusCode()).isEqualTo(200);
        assertThat(withKey(at("/v1/generations")).body()).contains(id);
        assertThat(withKey(at("/v1/queue")).statusCode()).isEqualTo(200);
        assertThat(withKey(at("/v1/generations/" + id + "/webhook-deliveries")).statusCode())
                .isEqualTo(200);
        assertThat(withKey(at("/v1/generations/" + id + "/cancel").POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "Bearer x", "Bearer atk_", "Basic YTpi", "Token x", "bearer", "Bearer a b"})
    void what_is_no_key_is_refused(String authorization) throws Exception {
        HttpResponse<String> answer = call(at("/v1/queue").header("Authorization", authorization));

        assertProblem(answer, 401, "unauthorized");
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer realm=\"atelier\"");
    }

    @Test
    void a_key_with_a_wrong_secret_is_an_invalid_token_and_its_answer_does_not_repeat_it() throws Exception {
        String forged = ApiKeySecret.PREFIX + key.id() + "_" + "0".repeat(64);

        HttpResponse<String> answer = call(at("/v1/queue").header("Authorization", "Bearer " + forged));

        assertProblem(answer, 401, "unauthorized");
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"");
        assertThat(answer.body()).doesNotContain("atk_");
    }

    @Test
    void a_large_body_without_a_key_is_answered() throws Exception {
        HttpResponse<String> answer = post("{\"input\":{\"prompt\":\"" + "x".repeat(300_000) + "\"}}");

        assertProblem(answer, 401, "unauthorized");
    }

    @Test
    void no_key_gets_into_the_log() throws Exception {
        StringBuffer log = new StringBuffer();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                log.append(record.getMessage()).append(Arrays.toString(record.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        String secret = key.reveal().substring(21);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try {
            withKey(submission(request(id)));
            withKey(submission("no json"));
            call(at("/v1/queue").header("Authorization", "Bearer " + key.reveal() + "0"));
            kafka.away(true);
            assertThat(withKey(submission(CIRCLE)).body()).doesNotContain(secret);
            Logger.getLogger("test").warning("the log is heard");
        } finally {
            root.removeHandler(handler);
        }

        assertThat(log.toString()).contains("the log is heard").doesNotContain(secret);
    }

    @Test
    void two_keys_are_none() throws Exception {
        HttpResponse<String> answer = call(at("/v1/queue")
                .header("Authorization", "Bearer " + key.reveal())
                .header("Authorization", "Bearer " + key.reveal()));

        assertProblem(answer, 401, "unauthorized");
    }

    @Test
    void a_revoked_key_is_refused_once_it_is_forgotten() throws Exception {
        assertThat(withKey(at("/v1/queue")).statusCode()).isEqualTo(200);

        keys.revoke(key.id(), Instant.now());

        until(() -> withKey(at("/v1/queue")), answer -> answer.statusCode() == 401);
    }

    @Test
    void a_stream_of_events_ends_when_its_key_is_revoked_and_others_of_the_tenant_go_on() throws Exception {
        ApiKeySecret other = keys.add("default", Instant.now());
        withKey(submission(request(id)));
        try (BufferedReader revoked = follow(key);
                BufferedReader kept = follow(other)) {
            nextEvent(revoked, "queued");
            nextEvent(kept, "queued");

            keys.revoke(key.id(), Instant.now());

            assertThat(revoked.lines().filter(line -> line.startsWith("event:")))
                    .isEmpty();
            tell(EventType.STARTED, Samples.started(id, 1));
            nextEvent(kept, "processing");
        }
    }

    private BufferedReader follow(ApiKeySecret by) throws Exception {
        HttpRequest request = at("/v1/generations/" + id + "/events")
                .header("Authorization", "Bearer " + by.reveal())
                .build();
        return new BufferedReader(new InputStreamReader(
                client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8));
    }

    private static void nextEvent(BufferedReader stream, String name) throws IOException {
        String line = stream.readLine();
        while (!line.startsWith("event:")) {
            line = stream.readLine();
        }
        assertThat(line).isEqualTo("event:" + name);
    }

    @Test
    void no_other_site_may_call_from_a_browser() throws Exception {
        HttpResponse<String> preflight = call(at("/v1/generations")
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        HttpResponse<String> answer = withKey(at("/v1/queue").header("Origin", "https://elsewhere.example"));

        assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-origin");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void the_document_says_how_to_sign_in_and_what_is_open() throws Exception {
        JsonNode document = json(get("/q/openapi?format=json"));

        assertThat(document.at("/components/securitySchemes/bearer/type").textValue())
                .isEqualTo("http");
        assertThat(document.at("/components/securitySchemes/bearer/scheme").textValue())
                .isEqualTo("bearer");
        assertThat(document.at("/security/0/bearer").isArray()).isTrue();
        JsonNode open = document.at("/paths/~1v1~1schemas~1{name}/get");
        assertThat(open.path("security").isArray()).as(open.toString()).isTrue();
        assertThat(open.path("security")).isEmpty();
        assertThat(open.path("responses").has("401")).isFalse();
        JsonNode told = document.at("/webhooks/generation/post/security");
        assertThat(told.isArray()).isTrue();
        assertThat(told).isEmpty();
        JsonNode submit = document.at("/paths/~1v1~1generations/post/responses");
        assertThat(submit.at("/401/$ref").textValue()).isEqualTo("#/components/responses/Unauthorized");
        assertThat(submit.has("403")).isTrue();
        assertThat(submit.has("429")).isTrue();
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(generations.resolve(path));
    }

    private HttpResponse<String> withKey(HttpRequest.Builder request) throws Exception {
        return call(request.setHeader("Authorization", "Bearer " + key.reveal()));
    }
}
