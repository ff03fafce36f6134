package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.WorkerStatus;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleMessagesTest {
    @ParameterizedTest
    @ValueSource(strings = {"request-minimal", "request-full"})
    void a_sample_request_is_valid_and_comes_back_unchanged(String name) throws IOException {
        JsonNode sample = Samples.tree(name);

        GenerationRequest request = new RequestParser(RequestLimits.DEFAULT).parse(sample);

        assertThat(written(request)).isEqualTo(sample);
    }

    @ParameterizedTest
    @ValueSource(strings = {"generation-queued", "generation-succeeded", "generation-failed"})
    void a_sample_generation_is_valid_and_comes_back_unchanged(String name) throws IOException {
        JsonNode sample = Samples.tree(name);

        assertThat(new SchemaValidator(Schemas.GENERATION).validate(sample)).isEmpty();
        Generation generation = Json.mapper().treeToValue(sample, Generation.class);
        assertThat(written(generation)).isEqualTo(sample);
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker-busy", "worker-sick"})
    void a_sample_heartbeat_is_valid_and_comes_back_unchanged(String name) throws IOException {
        JsonNode sample = Samples.tree(name);

        assertThat(new SchemaValidator(Schemas.WORKER).validate(sample)).isEmpty();
        assertThat(written(Json.mapper().treeToValue(sample, WorkerStatus.class)))
                .isEqualTo(sample);
    }

    @Test
    void a_sample_cancellation_is_valid_and_comes_back_unchanged() throws IOException {
        JsonNode sample = Samples.tree("cancellation");

        assertThat(new SchemaValidator(Schemas.CANCEL).validate(sample)).isEmpty();
        assertThat(written(Json.mapper().treeToValue(sample, Cancellation.class)))
                .isEqualTo(sample);
    }

    @ParameterizedTest
    @ValueSource(strings = {"event-requested-structured", "event-cancel-structured"})
    void a_sample_event_is_valid(String name) {
        assertThat(new SchemaValidator(Schemas.EVENT).validate(Samples.tree(name)))
                .isEmpty();
    }

    @Test
    void the_event_schema_looks_into_a_cancellation() {
        ObjectNode event = (ObjectNode) Samples.tree("event-cancel-structured");
        ((ObjectNode) event.path("data")).put("reason", 7);

        assertThat(new SchemaValidator(Schemas.EVENT).validate(event))
                .extracting(FieldError::field)
                .containsExactly("data.reason");
    }

    @ParameterizedTest
    @EnumSource(Schemas.class)
    void a_schema_is_valid_json_schema_2020_12(Schemas schema) throws IOException {
        JsonNode tree = new ObjectMapper().readTree(schema.text());

        assertThat(tree.path("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"))
                        .validate(tree))
                .isEmpty();
    }

    @Test
    void the_schema_knows_every_error_code() throws IOException {
        JsonNode codes =
                new ObjectMapper().readTree(Schemas.GENERATION.text()).at("/properties/error/properties/code/enum");

        assertThat(codes)
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder(Arrays.stream(ErrorCode.values())
                        .map(ErrorCode::wireName)
                        .toArray(String[]::new));
    }

    private static JsonNode written(Object message) throws IOException {
        return Json.mapper().readTree(Json.mapper().writeValueAsBytes(message));
    }
}
