package io.atelier.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {
    private static final String JSON = "application/json";
    private static final String GENERATION = "{\"id\":\"a\",\"tenant\":\"default\",\"status\":\"queued\",\"priority\":"
            + "\"normal\",\"output\":[],\"error\":null,\"metadata\":{},\"attempt\":0,"
            + "\"created_at\":\"2026-01-01T12:00:00Z\"}";
    private static final String EVENT = "id:1\nevent:queued\ndata:" + GENERATION + "\n\n";

    private final OpenApiDocument document = new OpenApiDocument("""
            {"openapi": "3.1.0", "paths": {
              "/v1/things/{id}": {
                "get": {"responses": {
                  "200": {"content": {"application/json": {"schema": {"$ref": "/v1/schemas/generation.schema.json"}}}},
                  "204": {"description": "Nothing."},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "503": {"headers": {"Retry-After": {"required": true, "schema": {"type": "integer"}}}}}},
                "put": {
                  "requestBody": {"required": true, "content": {"application/json": {"schema":
                    {"$ref": "/v1/schemas/generation-request.schema.json"}}}},
                  "responses": {"204": {"description": "Taken."}, "400": {"description": "Refused."}}}},
              "/v1/things/{id}/events": {"get": {"responses": {"200": {"content": {"text/event-stream": {"schema":
                {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}}}}}}},
              "/v1/things/all": {"get": {"responses": {"204": {"description": "Nothing."}}}}},
             "webhooks": {"changed": {"post": {
               "parameters": [{"name": "webhook-id", "in": "header", "required": true, "schema": {"type": "string"}}],
               "requestBody": {"content": {"application/json": {
                 "schema": {"$ref": "/v1/schemas/generation.schema.json"}}}}}}},
             "components": {
               "responses": {"NotFound": {"content": {"application/problem+json": {
                 "schema": {"$ref": "#/components/schemas/Problem"},
                 "examples": {"wrong": {"value": {"status": "many"}}}}}}},
               "schemas": {
                 "Event": {"type": "object", "required": ["event", "data"], "properties": {
                   "id": {"type": "string"}, "event": {"enum": ["queued"]}, "data": {"type": "string",
                     "contentSchema": {"$ref": "/v1/schemas/generation.schema.json"}}}},
                 "Problem": {"type": "object", "required": ["status"],
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
    void headers_that_clients_act_by_must_be_described_and_those_that_are_required_be_there() {
        assertThat(get(503, Map.of("retry-after", "5"), "")).isEmpty();
        assertThat(get(503, Map.of(), "")).containsExactly("the header Retry-After is missing");
        assertThat(get(503, Map.of("Retry-After", "soon"), "")).isNotEmpty();
        assertThat(get(204, Map.of("location", "/there"), "")).containsExactly("the header Location is not described");
        assertThat(get(204, Map.of("Date", "today"), "")).isEmpty();
    }

    @Test
    void a_call_that_is_accepted_although_the_document_forbids_it_is_found_out() {
        assertThat(put(204, "{\"input\":{\"prompt\":\"x\"}}")).isEmpty();
        assertThat(put(204, "{\"input\":{}}")).singleElement().asString().startsWith("accepted although");
        assertThat(put(204, "")).isNotEmpty();
        assertThat(put(204, "{")).isNotEmpty();
        assertThat(put(400, "{\"input\":{}}")).isEmpty();
    }

    @Test
    void every_event_of_a_stream_must_be_as_described_and_its_data_too() {
        assertThat(events("\n" + EVENT + ": a comment\n\n" + EVENT + "id:of one that is not whole"))
                .isEmpty();
        assertThat(events(EVENT.replace("event:queued", "event:lost"))).isNotEmpty();
        assertThat(events(EVENT.replace("event:queued\n", ""))).isNotEmpty();
        assertThat(events(EVENT + EVENT.replace("\"queued\"", "\"lost\""))).isNotEmpty();
        assertThat(events(EVENT.replace("id:1", "content-type:1"))).isNotEmpty();
    }

    @Test
    void a_webhook_must_be_as_described_with_its_headers() {
        assertThat(document.problemsOfWebhook("changed", Map.of("Webhook-Id", "1"), GENERATION))
                .isEmpty();
        assertThat(document.problemsOfWebhook("changed", Map.of(), GENERATION)).isNotEmpty();
        assertThat(document.problemsOfWebhook("changed", Map.of("Webhook-Id", "1"), "{}"))
                .isNotEmpty();
        assertThat(document.problemsOfWebhook("unknown", Map.of("Webhook-Id", "1"), GENERATION))
                .isNotEmpty();
    }

    @Test
    void what_was_sent_is_read_from_the_call_itself() {
        HttpRequest call = HttpRequest.newBuilder(URI.create("http://localhost/v1/things/one?a=b"))
                .PUT(HttpRequest.BodyPublishers.ofString("caf\u00e9"))
                .build();

        assertThat(Exchange.sent(call)).isEqualTo("caf\u00e9");
    }

    @Test
    void a_path_without_parameters_is_preferred() {
        assertThat(document.path("/v1/things/all")).contains("/v1/things/all");
        assertThat(document.path("/v1/things/one/")).contains("/v1/things/{id}");
        assertThat(document.path("/v1/things/one/more")).isEmpty();
    }

    @Test
    void examples_that_break_their_schema_and_bodies_without_any_are_found() {
        assertThat(document.examples().problems()).singleElement().asString().contains("404", "/status");
        assertThat(document.examples().missing())
                .containsExactly("get /v1/things/{id} 200", "put /v1/things/{id} request", "post changed request");
    }

    private List<String> problems(int status, String type, String body) {
        return get(status, type == null ? Map.of() : Map.of("content-type", type), body);
    }

    private List<String> get(int status, Map<String, String> headers, String body) {
        return document.problems(new Exchange("GET", "/v1/things/one", "", status, new HashMap<>(headers), body));
    }

    private List<String> put(int status, String sent) {
        return document.problems(new Exchange("PUT", "/v1/things/one", sent, status, Map.of(), ""));
    }

    private List<String> events(String stream) {
        Map<String, String> type = Map.of("content-type", "text/event-stream");
        return document.problems(new Exchange("GET", "/v1/things/one/events", "", 200, type, stream));
    }
}
