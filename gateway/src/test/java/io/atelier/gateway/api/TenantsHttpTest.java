package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.gateway.access.OpenIdProvider;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tenants on one gateway see nothing of each other. */
@QuarkusTest
@TestProfile(TenantsHttpTest.TwoTenants.class)
class TenantsHttpTest extends HttpTest {
    private static final String OTHERS = "{\"input\":{\"prompt\":\"a blue star\"}}";

    public static class TwoTenants extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("atelier.access.auth", "keys,oidc");
            overrides.put("atelier.store.path", "tenants");
            overrides.put("atelier.access.tenants.hasty.requests-per-second", "0.01");
            overrides.put("atelier.access.tenants.hasty.burst", "2");
            overrides.put("atelier.access.tenants.small.unfinished-jobs", "2");
            overrides.put("atelier.access.tenants.modest.max-images", "2");
            overrides.put("atelier.access.tenants.narrow.unfinished-jobs", "1");
            overrides.put("atelier.access.tenants.rash.requests-per-second", "0.01");
            overrides.put("atelier.access.tenants.rash.burst", "1");
            return overrides;
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Provider.class));
        }
    }

    /** Starts before the gateway, which is told where it is. */
    public static class Provider implements QuarkusTestResourceLifecycleManager {
        private OpenIdProvider provider;

        @Override
        public Map<String, String> start() {
            try {
                provider = new OpenIdProvider();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return Map.of(
                    "atelier.access.oidc.issuer",
                    provider.issuer(),
                    "atelier.access.oidc.audience",
                    OpenIdProvider.AUDIENCE);
        }

        @Override
        public void inject(TestInjector injector) {
            Function<Map<String, Object>, String> signing = provider::token;
            injector.injectIntoFields(signing, field -> field.getName().equals("sign"));
        }

        @Override
        public void stop() {
            provider.close();
        }
    }

    @Inject
    ApiKeyStore keys;

    Function<Map<String, Object>, String> sign;

    private String acme;
    private String other;

    @BeforeEach
    void makeKeys() {
        acme = key("acme");
        other = key("other");
    }

    private String key(String tenant) {
        return keys.add(tenant, Instant.now()).reveal();
    }

    @Test
    void what_one_tenant_has_is_not_there_for_another() throws Exception {
        submit(acme, request(id));
        Generation theirs = drawn("acme");
        until(() -> at(acme, "/v1/generations/" + id), HttpTest::succeeded);

        for (String path : List.of("", "/events", "/images/0", "/webhook-deliveries")) {
            HttpResponse<String> answer = at(other, "/v1/generations/" + id + path);
            assertProblem(answer, 404, "not_found");
            assertThat(answer.body()).doesNotContain("acme");
        }
        for (String path : List.of("/cancel", "/webhook-deliveries/redeliver")) {
            assertProblem(send(other, "/v1/generations/" + id + path, ""), 404, "not_found");
        }
        assertThat(at(other, "/v1/generations?limit=100").body()).doesNotContain(id);
        assertThat(at(acme, "/v1/generations?limit=100").body()).contains(id);
        assertThat(json(at(acme, "/v1/generations/" + id)).path("tenant").textValue())
                .isEqualTo("acme");
        assertThat(theirs.id().key()).isEqualTo("acme/" + id);
    }

    @Test
    void a_cancellation_reaches_the_tenants_own_generation_only() throws Exception {
        submit(acme, request(id));
        submit(other, request(id));

        assertThat(send(other, "/v1/generations/" + id + "/cancel", "").statusCode())
                .isEqualTo(202);

        assertThat(kafka.log(TOPICS.cancellations()))
                .extracting(HttpTest::key)
                .contains("other/" + id)
                .doesNotContain("acme/" + id, id);
    }

    @Test
    void the_same_id_of_two_tenants_is_two_generations() throws Exception {
        JsonNode mine = submit(acme, "{\"id\":\"" + id + "\"," + CIRCLE.substring(1));
        JsonNode theirs = submit(other, "{\"id\":\"" + id + "\"," + OTHERS.substring(1));

        assertThat(mine.path("id")).isEqualTo(theirs.path("id"));
        drawn("acme");
        until(() -> at(acme, "/v1/generations/" + id), HttpTest::succeeded);

        JsonNode still = json(at(other, "/v1/generations/" + id));
        assertThat(still.path("status").textValue()).isEqualTo("queued");
        assertThat(still.at("/input/prompt").textValue()).isEqualTo("a blue star");
        assertThat(json(at(acme, "/v1/generations/" + id)).at("/input/prompt").textValue())
                .isEqualTo("a red circle");
        assertThat(requests("acme/" + id)).isEqualTo(1);
        assertThat(requests("other/" + id)).isEqualTo(1);
    }

    @Test
    void idempotency_keys_are_a_tenants_own() throws Exception {
        String header = UUID.randomUUID().toString();

        JsonNode mine = json(call(with(acme, submission(CIRCLE)).header("Idempotency-Key", header)));
        JsonNode again = json(call(with(acme, submission(CIRCLE)).header("Idempotency-Key", header)));
        JsonNode theirs = json(call(with(other, submission(OTHERS)).header("Idempotency-Key", header)));

        assertThat(again.path("id")).isEqualTo(mine.path("id"));
        assertThat(theirs.path("id")).isNotEqualTo(mine.path("id"));
        assertThat(theirs.path("tenant").textValue()).isEqualTo("other");
        assertProblem(call(with(acme, submission(OTHERS)).header("Idempotency-Key", header)), 422, "invalid_request");
    }

    @Test
    void a_request_from_kafka_is_the_tenants_that_its_header_names() throws Exception {
        byte[] value = request(id).getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>("atelier.generation.requests", id.getBytes(StandardCharsets.UTF_8), value);
        record.headers().add("ce_tenant", "acme".getBytes(StandardCharsets.UTF_8));
        kafka.append(record);

        until(() -> at(acme, "/v1/generations/" + id), answer -> answer.statusCode() == 200);
        assertThat(at(other, "/v1/generations/" + id).statusCode()).isEqualTo(404);
        assertThat(at(key("default"), "/v1/generations/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void pages_of_two_tenants_do_not_mix() throws Exception {
        String tenant = "pages";
        String key = key(tenant);
        for (int i = 0; i < 3; i++) {
            submit(key, request(id + "-" + i));
            submit(other, request(id + "-" + i));
        }
        JsonNode first = json(at(key, "/v1/generations?limit=2"));
        JsonNode second = json(at(
                key,
                "/v1/generations?limit=2&cursor=" + first.path("next_cursor").textValue()));

        assertThat(first.path("generations")).hasSize(2);
        assertThat(second.path("generations")).hasSize(1);
        assertThat(second.path("next_cursor").textValue()).isNull();
        first.path("generations")
                .forEach(one -> assertThat(one.path("tenant").textValue()).isEqualTo(tenant));
    }

    @Test
    void a_token_of_the_provider_opens_the_same_doors_as_a_key() throws Exception {
        submit(acme, request(id));
        String token = sign.apply(Map.of("tenant", "acme"));

        assertThat(at(token, "/v1/generations/" + id).statusCode()).isEqualTo(200);
        assertThat(at(sign.apply(Map.of("tenant", "other")), "/v1/generations/" + id)
                        .statusCode())
                .isEqualTo(404);
        HttpResponse<String> nobody = at(sign.apply(Map.of()), "/v1/generations/" + id);
        assertProblem(nobody, 403, "forbidden");
        assertThat(nobody.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"insufficient_scope\"");
        assertProblem(at(token + "x", "/v1/generations/" + id), 401, "unauthorized");
    }

    @Test
    void who_calls_too_often_is_told_when_to_come_again_and_others_are_not_slowed() throws Exception {
        String hasty = key("hasty");
        at(hasty, "/v1/queue");
        at(hasty, "/v1/queue");

        HttpResponse<String> refused = at(hasty, "/v1/queue");

        assertProblem(refused, 429, "too_many_requests");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 100);
        assertThat(at(acme, "/v1/queue").statusCode()).isEqualTo(200);
        assertThat(at(hasty, "/q/health/live").statusCode()).isEqualTo(200);
    }

    /** Nobody could believe what is not signed. */
    @Test
    void a_webhook_of_a_tenant_without_a_secret_is_refused() throws Exception {
        String body = "{\"webhook\":\"https://receiver.example/hook\",\"input\":{\"prompt\":\"x\"}}";

        JsonNode problem = assertProblem(call(with(acme, submission(body))), 422, "invalid_request");
        assertThat(problem.at("/errors/0/field").textValue()).isEqualTo("webhook");
        assertThat(problem.at("/errors/0/message").textValue()).contains("no secret for tenant acme");
        assertThat(call(with(key("default"), submission(body))).statusCode()).isEqualTo(202);
    }

    @Test
    void a_tenants_requests_are_as_large_as_it_may_ask_for() throws Exception {
        String three = "{\"input\":{\"prompt\":\"x\",\"num_images\":3}}";
        HttpResponse<String> refused = call(with(key("modest"), submission(three)));

        JsonNode problem = assertProblem(refused, 422, "invalid_request");
        assertThat(problem.at("/errors/0/field").textValue()).isEqualTo("input.num_images");
        assertThat(call(with(acme, submission(three))).statusCode()).isEqualTo(202);
    }

    @Test
    void a_tenant_has_so_many_unfinished_generations_and_a_place_is_free_when_one_ends() throws Exception {
        String small = key("small");
        submit(small, request(id));
        submit(small, request(id + "-2"));

        HttpResponse<String> refused = send(small, "/v1/generations", request(id + "-3"));

        assertProblem(refused, 429, "too_many_requests");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(requests("small/" + id + "-3")).isZero();
        assertThat(send(small, "/v1/generations", request(id)).statusCode())
                .as("a repeat asks for nothing new")
                .isEqualTo(202);
        submit(acme, request(id + "-3"));

        drawn("small");
        until(() -> at(small, "/v1/generations/" + id), HttpTest::succeeded);
        until(() -> send(small, "/v1/generations", request(id + "-3")), answer -> answer.statusCode() == 202);
    }

    @Test
    void the_doors_have_the_limits_too() throws Exception {
        String narrow = key("narrow");
        submit(narrow, request(id));

        HttpResponse<String> prediction = send(narrow, "/v1/predictions", CIRCLE);
        HttpResponse<String> pictures = send(narrow, "/v1/images/generations", "{\"prompt\":\"x\"}");

        assertProblem(prediction, 429, "too_many_requests");
        assertThat(prediction.headers().firstValue("Retry-After")).isPresent();
        assertLimited(pictures);
        assertThat(get("/q/metrics").body()).contains("atelier_submissions_total{outcome=\"refused\"}");
        assertThat(json(at(narrow, "/v1/generations")).path("generations")).hasSize(1);

        String rash = key("rash");
        at(rash, "/v1/queue");
        assertLimited(send(rash, "/v1/images/generations", "{\"prompt\":\"x\"}"));
    }

    private static void assertLimited(HttpResponse<String> openAi) throws IOException {
        assertThat(openAi.statusCode()).as(openAi.body()).isEqualTo(429);
        assertThat(openAi.headers().firstValue("Retry-After")).isPresent();
        assertThat(json(openAi).at("/error/type").textValue()).isEqualTo("rate_limit_error");
    }

    @Test
    void a_body_cannot_choose_its_tenant() throws Exception {
        JsonNode submitted = submit(other, "{\"tenant\":\"acme\",\"input\":{\"prompt\":\"x\"}}");
        assertThat(submitted.path("tenant").textValue()).isEqualTo("other");
    }

    /** What a worker tells of the tenant's generation. */
    private Generation drawn(String tenant) {
        Generation drawn = Samples.succeeded(id, 1);
        Generation theirs = drawn.toBuilder().id(new GenerationId(tenant, id)).build();
        tell(EventType.SUCCEEDED, theirs);
        return theirs;
    }

    private JsonNode submit(String key, String body) throws Exception {
        HttpResponse<String> answer = send(key, "/v1/generations", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer);
    }

    private HttpResponse<String> send(String key, String path, String body) throws Exception {
        return call(with(key, HttpRequest.newBuilder(generations.resolve(path)))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> at(String key, String path) throws Exception {
        return call(with(key, HttpRequest.newBuilder(generations.resolve(path))));
    }

    private static HttpRequest.Builder with(String key, HttpRequest.Builder request) {
        return request.setHeader("Authorization", "Bearer " + key);
    }
}
