package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.message.AsyncApi;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class DocumentHttpTest extends HttpTest {
    @Test
    void schemas_and_openapi_document_are_served() throws Exception {
        JsonNode schema = json(get("/v1/schemas/generation-request.schema.json"));
        assertThat(schema.path("$schema").textValue()).isEqualTo("https://json-schema.org/draft/2020-12/schema");

        JsonNode paths = json(get("/q/openapi?format=json")).path("paths");
        assertThat(paths.fieldNames())
                .toIterable()
                .contains(
                        "/v1/generations",
                        "/v1/generations/{id}",
                        "/v1/generations/{id}/events",
                        "/v1/generations/{id}/images/{index}");
        assertThat(paths.path("/v1/generations").path("post").path("responses").fieldNames())
                .toIterable()
                .contains("202", "201", "200", "400", "413", "415", "422", "503");
    }

    @Test
    void every_body_that_is_json_has_an_example_and_every_example_is_right() throws Exception {
        assertThat(document().examples().missing()).isEmpty();
        assertThat(document().examples().problems()).isEmpty();
    }

    @Test
    void every_call_tells_of_the_problems_that_any_call_can_have() throws Exception {
        for (JsonNode path : json(get("/q/openapi?format=json")).path("paths")) {
            for (JsonNode operation : path) {
                assertThat(operation.path("responses").fieldNames())
                        .toIterable()
                        .as(operation.path("operationId").textValue())
                        .contains("400", "406", "413", "414", "431", "500");
                assertThat(operation.path("summary").textValue()).isNotBlank();
            }
        }
    }

    @Test
    void the_topics_are_described_beside_the_schemas_that_they_refer_to() throws Exception {
        HttpResponse<String> served = get("/v1/asyncapi.yaml");

        assertThat(served.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/yaml");
        assertThat(served.body()).isEqualTo(AsyncApi.text());
        Matcher refs = Pattern.compile("\\$ref: (schemas/\\S+)").matcher(served.body());
        int found = 0;
        while (refs.find()) {
            HttpResponse<String> schema =
                    get(served.uri().resolve(refs.group(1)).getPath());
            assertThat(schema.statusCode()).as(refs.group(1)).isEqualTo(200);
            found++;
        }
        assertThat(found).isGreaterThan(10);
    }

    @Test
    void every_call_that_submits_takes_a_key_and_only_one_without_a_body_does_without() throws Exception {
        JsonNode paths = json(get("/q/openapi?format=json")).path("paths");

        for (String path : List.of(
                "/v1/generations",
                "/v1/predictions",
                "/v1/models/{owner}/{name}/predictions",
                "/v1/images/generations")) {
            JsonNode submits = paths.path(path).path("post");
            assertThat(submits.path("parameters").findValuesAsText("$ref"))
                    .as(path)
                    .contains("#/components/parameters/Idempotency-Key");
            assertThat(submits.at("/requestBody/required").booleanValue())
                    .as(path)
                    .isTrue();
        }
        JsonNode cancels = paths.path("/v1/generations/{id}/cancel").path("post");
        assertThat(cancels.at("/requestBody/required").asBoolean()).isFalse();
        assertThat(cancels.toString()).doesNotContain("Idempotency-Key");
    }
}
