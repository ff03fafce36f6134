package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
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
}
