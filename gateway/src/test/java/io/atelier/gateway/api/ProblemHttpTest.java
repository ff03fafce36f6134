package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.message.Json;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class ProblemHttpTest extends HttpTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'input':{'prompt':'x','width':100}}              | input.width               | 100",
                "{'input':{'prompt':'x','num_inference_steps':151}}| input.num_inference_steps | 151",
                "{'input':{'prompt':'x','num_images':'two'}}       | input.num_images          | \"two\"",
                "{'input':{'prompt':7}}                            | input.prompt              | 7",
                "{'input':{}}                                      | input.prompt              | ",
                "{'id':'../etc','input':{'prompt':'x'}}            | id                        | \"../etc\"",
            },
            quoteCharacter = '`')
    void a_wrong_field_is_named_with_its_value(String body, String field, String value) throws Exception {
        JsonNode problem = assertProblem(post(body.replace('\'', '"')), 422, "invalid_request");

        assertThat(problem.path("errors")).hasSize(1);
        JsonNode error = problem.path("errors").path(0);
        assertThat(error.path("field").textValue()).isEqualTo(field);
        assertThat(error.path("value").textValue()).isEqualTo(value);
        assertThat(error.path("message").textValue()).isNotBlank();
    }

    @Test
    void every_wrong_field_has_its_entry() throws Exception {
        JsonNode problem = assertProblem(
                post("{\"input\":{\"width\":100,\"height\":-8,\"guidance_scale\":\"much\"}}"), 422, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("input.prompt", "input.width", "input.height", "input.guidance_scale");
    }

    @Test
    void what_is_no_json_object_is_a_bad_request() throws Exception {
        for (String body :
                new String[] {"{\"input\"", "", "[]", "{} {}", "\"text\"", CIRCLE.replace("red", "\\ud800")}) {
            assertProblem(post(body), 400, "malformed_message");
        }
    }

    @Test
    void a_prompt_of_two_megabytes_is_too_large() throws Exception {
        String body = "{\"input\":{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}}";

        assertProblem(post(body), 413, "request_too_large");
        // Without a declared length, too.
        HttpRequest.BodyPublisher chunks =
                HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body.getBytes()));
        assertProblem(
                call(HttpRequest.newBuilder(generations)
                        .header("Content-Type", "application/json")
                        .POST(chunks)),
                413,
                "request_too_large");
    }

    @Test
    void another_content_type_is_refused() throws Exception {
        HttpRequest.Builder form = HttpRequest.newBuilder(generations)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(CIRCLE));

        assertProblem(call(form), 415, "invalid_request");
    }

    @Test
    void an_endless_idempotency_key_is_refused() throws Exception {
        JsonNode problem = assertProblem(post(CIRCLE, "Idempotency-Key", "k".repeat(256)), 422, "invalid_request");

        assertThat(problem.path("errors").path(0).path("field").textValue()).isEqualTo("Idempotency-Key");
    }

    @Test
    void what_is_not_there_is_a_problem_too() throws Exception {
        assertProblem(get("/nowhere"), 404, "not_found");
        assertProblem(get("/v1/generations/unknown"), 404, "not_found");
        assertProblem(get("/v1/generations/.hidden"), 404, "not_found");
        assertProblem(get("/v1/generations/unknown/events"), 404, "not_found");
        assertProblem(get("/v1/schemas/unknown"), 404, "not_found");
        assertProblem(call(HttpRequest.newBuilder(generations).DELETE()), 405, "invalid_request");
    }

    @Test
    void a_method_that_a_call_does_not_know_tells_those_it_knows() throws Exception {
        HttpResponse<String> all = call(HttpRequest.newBuilder(generations).DELETE());
        assertProblem(all, 405, "invalid_request");
        assertThat(all.headers().firstValue("Allow").orElseThrow())
                .contains("GET")
                .contains("POST");

        HttpResponse<String> one =
                call(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/cancel")));
        assertProblem(one, 405, "invalid_request");
        assertThat(one.headers().firstValue("Allow").orElseThrow())
                .contains("POST")
                .doesNotContain("GET");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%zz",
                "/v1/generations/%",
                "/v1/generations?status=%zz",
                "/v1/queue?%zz",
                "/%00",
                "/v1/generations/%c3%28"
            })
    void what_cannot_be_read_is_a_problem_too(String target) throws Exception {
        RawHttp.Answer answer = RawHttp.call(generations, "GET " + target + " HTTP/1.1\r\n\r\n");

        assertThat(answer.status()).as(answer.body()).isBetween(400, 422);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(Json.mapper().readTree(answer.body()).path("status").intValue())
                .isEqualTo(answer.status());
    }

    @Test
    void heads_that_are_too_long_are_problems_too() throws Exception {
        String query = "/v1/generations?model=" + "x".repeat(5_000);
        assertThat(RawHttp.call(generations, "GET " + query + " HTTP/1.1\r\n\r\n")
                        .status())
                .as("what every server should take, and a wrong model")
                .isEqualTo(422);

        for (int length : new int[] {9_000, 200_000}) {
            assertRefused("GET /v1/queue?" + "x".repeat(length) + " HTTP/1.1\r\n\r\n", 414);
            assertRefused("GET /v1/queue HTTP/1.1\r\nX-Long: " + "x".repeat(length + 10_000) + "\r\n\r\n", 431);
        }
    }

    private void assertRefused(String head, int status) throws Exception {
        RawHttp.Answer answer = RawHttp.call(generations, head);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        JsonNode problem = Json.mapper().readTree(answer.body());
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("code").textValue()).isEqualTo("request_too_large");
        assertThat(problem.path("title").textValue()).isNotEqualTo("Error");
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://receiver.example/hook, https",
        "http://receiver.example/hook, https",
        "https://receiver.example:22/hook, port 22",
        "https://127.0.0.1/hook, 127.0.0.1",
        "https://[::1]/hook, ::1",
        "https://169.254.169.254/latest, 169.254.169.254",
        "https://2130706433/hook, four decimal numbers",
        "https://user:secret@receiver.example/hook, user or password",
        "https://receiver.example./hook, dot",
    })
    void a_webhook_that_would_never_be_called_is_refused_at_once(String url, String why) throws Exception {
        JsonNode problem = assertProblem(
                post("{\"webhook\":\"" + url + "\",\"input\":{\"prompt\":\"x\"}}"), 422, "invalid_request");

        JsonNode error = problem.path("errors").path(0);
        assertThat(error.path("field").textValue()).isEqualTo("webhook");
        assertThat(error.path("message").textValue()).contains(why);
    }

    @Test
    void a_webhook_by_name_is_judged_when_it_is_called() throws Exception {
        HttpResponse<String> answer = post("{\"webhook\":\"https://localhost/hook\",\"input\":{\"prompt\":\"x\"}}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @Test
    void no_page_of_another_origin_may_call_unless_that_is_configured() throws Exception {
        String app = "https://app.example";
        HttpResponse<String> answer =
                call(HttpRequest.newBuilder(generations).header("Origin", app).GET());

        assertThat(answer.headers().firstValue(CorsHttpTest.ALLOWED)).isEmpty();
        assertThat(call(CorsHttpTest.preflight(generations, app)).headers().firstValue(CorsHttpTest.ALLOWED))
                .isEmpty();
    }
}
