package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.GenerationId;
import io.atelier.job.Priority;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Two tenants at the doors for other APIs' clients. */
@QuarkusTest
@TestProfile(TwoTenantsHttpTest.TwoTenants.class)
class TenantDoorsHttpTest extends TwoTenantsHttpTest {
    @Test
    void predictions_are_a_tenants_own() throws Exception {
        for (String door : List.of("/v1/predictions", "/v1/models/stability-ai/sdxl/predictions")) {
            HttpResponse<String> made = send(acme, door, CIRCLE);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String theirs = json(made).path("id").textValue();
            String path = "/v1/predictions/" + theirs;

            assertProblem(at(other, path), 404, "not_found");
            assertProblem(send(other, path + "/cancel", ""), 404, "not_found");
            assertThat(at(other, "/v1/predictions").body()).doesNotContain(theirs);

            assertThat(at(acme, path).statusCode()).isEqualTo(200);
            assertThat(at(acme, "/v1/predictions").body()).contains(theirs);
            assertThat(requests("acme/" + theirs)).isEqualTo(1);
            assertThat(kafka.log(TOPICS.cancellations()))
                    .extracting(HttpTest::key)
                    .doesNotContain("acme/" + theirs, "other/" + theirs, theirs);
            assertThat(send(acme, path + "/cancel", "").statusCode()).isEqualTo(200);
            assertThat(kafka.log(TOPICS.cancellations()))
                    .extracting(HttpTest::key)
                    .contains("acme/" + theirs);
        }
    }

    @Test
    void a_cursor_of_one_tenants_predictions_leads_another_to_its_own() throws Exception {
        String few = key("few");
        String many = key("many");
        submit(few, request(id));
        // One more than a page holds.
        for (int i = 0; i < 101; i++) {
            submit(many, request(id + "-" + i));
        }
        URI next = URI.create(json(at(many, "/v1/predictions")).path("next").textValue());

        assertThat(predictions(many, next)).containsExactly(id + "-0");
        assertThat(predictions(few, next)).containsExactly(id);
    }

    private List<String> predictions(String key, URI page) throws Exception {
        return json(at(key, page.getPath() + '?' + page.getRawQuery()))
                .path("results")
                .findValuesAsText("id");
    }

    @Test
    void pictures_of_a_call_with_a_key_are_for_the_tenant_that_called() throws Exception {
        String header = UUID.randomUUID().toString();
        String body = "{\"prompt\":\"a red circle\"}";

        assertThat(draw(acme, header, body).statusCode())
                .as("nobody draws here")
                .isEqualTo(504);
        String theirs = kafka.log(TOPICS.requests(Priority.NORMAL)).stream()
                .map(HttpTest::key)
                .filter(key -> key.startsWith("acme/"))
                .reduce((first, last) -> last)
                .orElseThrow();
        GenerationId drawn = new GenerationId("acme", theirs.substring("acme/".length()));
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1).toBuilder().id(drawn).build());
        HttpResponse<String> again = until(() -> draw(acme, header, body), answer -> answer.statusCode() == 200);

        assertThat(json(again).at("/data/0/url").textValue()).startsWith("https://pictures.example/");
        assertThat(draw(other, header, body).statusCode())
                .as("the same call of another")
                .isEqualTo(504);
        assertThat(requests(theirs)).isEqualTo(1);
        assertProblem(at(other, "/v1/generations/" + drawn.value()), 404, "not_found");
    }

    private HttpResponse<String> draw(String key, String header, String body) throws Exception {
        return call(with(key, HttpRequest.newBuilder(generations.resolve("/v1/images/generations")))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", header)
                .POST(BodyPublishers.ofString(body)));
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
}
