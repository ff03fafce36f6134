package io.atelier.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.testing.OpenApiDocument.Answer;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {
    private static final String JSON = "application/json";
    private static final String GENERATION = "{\"id\":\"a\",\"tenant\":\"default\",\"status\":\"queued\",\"priority\":"
            + "\"normal\",\"output\":[],\"error\":null,\"metadata\":{},\"attempt\":0,"
            + "\"created_at\":\"2026-01-01T12:00:00Z\"}";

    private final OpenApiDocument document = new OpenApiDocument("""
            {"openapi": "3.1.0", "paths": {
              "/v1/things/{id}": {"get": {"responses": {
                "200": {"content": {"application/json": {"schema": {"$ref": "/v1/schemas/generation.schema.json"}}}},
                "204": {"description": "Nothing."},
                "404": {"$ref": "#/components/responses/NotFound"}}}},
              "/v1/things/all": {"get": {"responses": {"204": {"description": "Nothing."}}}}},
             "components": {
               "responses": {"NotFound": {"content": {"application/problem+json": {
                 "schema": {"$ref": "#/components/schemas/Problem"},
                 "examples": {"wrong": {"value": {"status": "many"}}}}}}},
               "schemas": {"Problem": {"type": "object", "required": ["status"],
                 "properties": {"status": {"type": "integer"}}}}}}
            """);

    @Test
    void an_answer_as_described_is_good() {
        assertThat(problems(200, JSON, GENERATION)).isEmpty();
        assertThat(problems(200, "application/json;charset=UTF-8", GENERATION)).isEmpty();
        assertThat(problems(204, null, "")).isEmpty();
        assertThat(problems(404, "application/problem+json", "{\"status\":404}"))
                .isEmpty();
    }

    @Test
    void an_answer_that_is_not_described_is_found_out() {
        assertThat(problems(200, JSON, GENERATION.replace("queued", "waiting"))).isNotEmpty();
        assertThat(problems(200, JSON, "{")).isNotEmpty();
        assertThat(problems(200, "text/plain", GENERATION)).isNotEmpty();
        assertThat(problems(204, JSON, "{}")).isNotEmpty();
        assertThat(problems(404, "application/problem+json", "{}")).isNotEmpty();
        assertThat(problems(404, "application/problem+json", "{\"status\":404,\"unknown\":1}"))
                .isNotEmpty();
        assertThat(problems(418, JSON, "{}")).isNotEmpty();
    }

    @Test
    void a_path_without_parameters_is_preferred() {
        assertThat(document.path("/v1/things/all")).contains("/v1/things/all");
        assertThat(document.path("/v1/things/one/")).contains("/v1/things/{id}");
        assertThat(document.path("/v1/things/one/more")).isEmpty();
    }

    @Test
    void examples_that_break_their_schema_and_answers_without_any_are_found() {
        assertThat(document.problemsOfExamples()).singleElement().asString().contains("404", "/status");
        assertThat(document.answersWithoutExample()).containsExactly("get /v1/things/{id} 200");
    }

    private java.util.List<String> problems(int status, String type, String body) {
        return document.problems("GET", "/v1/things/one", new Answer(status, type, body));
    }
}
