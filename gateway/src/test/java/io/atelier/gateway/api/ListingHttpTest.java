package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.message.EventType;
import io.atelier.message.SchemaValidator;
import io.atelier.message.Schemas;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class ListingHttpTest extends HttpTest {
    /** Of this test's generations only. */
    private String mine() {
        return "/v1/generations?metadata.test=" + id;
    }

    private String submit(String priority) throws Exception {
        return json(post("{\"priority\":\"" + priority + "\",\"metadata\":{\"test\":\"" + id
                        + "\"},\"input\":{\"prompt\":\"x\"}}"))
                .path("id")
                .textValue();
    }

    @Test
    void pages_are_followed_by_their_cursors() throws Exception {
        List<String> submitted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            submitted.add(submit("normal"));
        }

        List<String> listed = new ArrayList<>();
        String next = mine() + "&limit=2";
        int pages = 0;
        while (next != null) {
            JsonNode page = json(get(next));
            assertThat(new SchemaValidator(Schemas.PAGE).validate(page)).isEmpty();
            listed.addAll(page.path("generations").findValuesAsText("id"));
            JsonNode cursor = page.path("next_cursor");
            next = cursor.isNull() ? null : mine() + "&limit=2&cursor=" + cursor.textValue();
            pages++;
        }

        assertThat(pages).isEqualTo(3);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(submitted);
    }

    @Test
    void a_listing_has_fresh_urls_and_obeys_its_filters() throws Exception {
        told(
                EventType.SUCCEEDED,
                Samples.succeeded(id, 1).toBuilder()
                        .metadata(Map.of("test", id))
                        .build());
        submit("normal");

        JsonNode drawn = json(
                until(() -> get(mine() + "&status=succeeded"), r -> r.body().contains("\"status\":\"succeeded\"")));

        assertThat(drawn.path("generations")).hasSize(1);
        assertThat(drawn.at("/generations/0/output/0/url").textValue()).startsWith("https://pictures.example/");
        assertThat(drawn.at("/generations/0/urls/get").textValue()).endsWith("/v1/generations/" + id);
        assertThat(json(get(mine() + "&status=queued")).path("generations")).hasSize(1);
        assertThat(json(get(mine() + "&created_before=2020-01-01T00:00:00Z")).path("generations"))
                .isEmpty();
        assertThat(json(get(mine() + "&model=other")).path("generations")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "status=done,status",
        "status=,status",
        "status=queued&status=failed,status",
        "limit=0,limit",
        "limit=101,limit",
        "limit=x,limit",
        "cursor=x,cursor",
        "cursor=LTk6YQ==,cursor",
        "created_before=yesterday,created_before",
        "created_before=%2B1000000-01-01T00:00:00Z,created_before",
        "model=,model",
        "metadata.=x,metadata.",
    })
    void a_wrong_parameter_is_named(String query, String field) throws Exception {
        JsonNode problem = assertProblem(get("/v1/generations?" + query), 422, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field")).containsExactly(field);
    }

    @Test
    void every_wrong_parameter_has_its_entry() throws Exception {
        JsonNode problem = assertProblem(get("/v1/generations?status=x&limit=x&cursor=x"), 422, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("status", "limit", "cursor");
    }

    @Test
    void a_generation_that_waits_knows_its_place() throws Exception {
        submit("low");
        String last = submit("low");

        JsonNode found = json(get("/v1/generations/" + last));

        assertThat(new SchemaValidator(Schemas.GENERATION).validate(found)).isEmpty();
        assertThat(found.at("/queue/position").intValue()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void the_queue_is_as_deep_as_the_brokers_say() throws Exception {
        kafka.backlog(Map.of(
                TOPICS.requests().get(0),
                3L,
                TOPICS.requests().get(1),
                1_000L,
                TOPICS.requests().get(2),
                2L));

        HttpResponse<String> answer =
                until(() -> get("/v1/queue"), r -> r.body().contains("\"depth\":1005"));

        JsonNode queue = json(answer);
        assertThat(queue.path("priorities").findValuesAsText("priority")).containsExactly("high", "normal", "low");
        assertThat(queue.path("priorities").findValuesAsText("depth")).containsExactly("3", "1000", "2");
        assertThat(queue.has("eta_seconds")).isTrue();
        assertThat(get("/q/metrics").body())
                .contains("atelier_queue_depth{priority=\"high\"} 3.0")
                .contains("atelier_queue_depth{priority=\"normal\"} 1000.0")
                .contains("atelier_queue_depth{priority=\"low\"} 2.0");
    }

    @Test
    void without_a_broker_the_queue_is_not_known() throws Exception {
        kafka.away(true);

        HttpResponse<String> answer = until(() -> get("/v1/queue"), r -> r.statusCode() != 200);

        assertProblem(answer, 503, "broker_unavailable");
    }
}
