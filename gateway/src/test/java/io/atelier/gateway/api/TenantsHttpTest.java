package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.job.Generation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Two tenants on one gateway see nothing of each other. */
@QuarkusTest
@TestProfile(TwoTenantsHttpTest.TwoTenants.class)
class TenantsHttpTest extends TwoTenantsHttpTest {
    private static final String OTHERS = "{\"input\":{\"prompt\":\"a blue star\"}}";

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
    void a_body_cannot_choose_its_tenant() throws Exception {
        JsonNode submitted = submit(other, "{\"tenant\":\"acme\",\"input\":{\"prompt\":\"x\"}}");
        assertThat(submitted.path("tenant").textValue()).isEqualTo("other");
    }
}
