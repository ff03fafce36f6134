package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Completes the API description, at build time: with the problems that calls share and those that any call can have, and with
 * an example for every answer. Examples are in {@value #EXAMPLES}, by operation and status; those of problems are the same for all calls.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class DocumentFilter implements OASFilter {
    static final String EXAMPLES = "/io/atelier/gateway/openapi-examples.json";
    private static final String PROBLEMS = "problems";
    private static final String COMPONENTS = "#/components/responses/";
    private static final String PROBLEM_SCHEMA = "#/components/schemas/Problem";
    private static final Map<String, String> OF_ANY_CALL = Map.of(
            "414", ApiDocument.TARGET_TOO_LONG,
            "431", ApiDocument.FIELDS_TOO_LARGE,
            "500", ApiDocument.FAULT);
    /** Of calls that need a caller; {@link AccessInDocument} says which. */
    private static final Map<String, String> OF_ACCESS = Map.of(
            "401", ApiDocument.UNAUTHORIZED,
            "403", ApiDocument.FORBIDDEN,
            "429", ApiDocument.TOO_MANY);

    /** Properties that may be null, which annotations cannot say. */
    private static final Map<String, List<String>> NULLABLE = Map.of(
            "FieldError", List.of("value"),
            "Content", List.of("param"),
            "Prediction", List.of("output", "error", "started_at", "completed_at"),
            "PredictionPage", List.of("previous", "next"));

    @Override
    public void filterOpenAPI(OpenAPI document) {
        ApiDocument.PROBLEMS.forEach((name, meaning) -> document.getComponents().addResponse(name, problem(meaning)));
        NULLABLE.forEach((schema, properties) -> {
            Map<String, Schema> described =
                    document.getComponents().getSchemas().get(schema).getProperties();
            properties.forEach(property -> described.get(property).addType(SchemaType.NULL));
        });
        JsonNode examples = examples();
        OF_ACCESS.forEach((status, name) -> complete(
                document.getComponents().getResponses().get(name),
                MissingNode.getInstance(),
                examples.path(PROBLEMS).path(status)));
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(operation -> {
                    OF_ANY_CALL.forEach((status, name) -> addProblem(operation, status, name));
                    operation
                            .getResponses()
                            .getAPIResponses()
                            .forEach((status, response) -> complete(
                                    resolve(document, response),
                                    examples.path(operation.getOperationId()).path(status),
                                    examples.path(PROBLEMS).path(status)));
                });
    }

    private static APIResponse problem(String meaning) {
        return OASFactory.createAPIResponse()
                .description(meaning)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref(PROBLEM_SCHEMA))));
    }

    private static void addProblem(Operation operation, String status, String name) {
        if (operation.getResponses().getAPIResponse(status) == null) {
            operation
                    .getResponses()
                    .addAPIResponse(status, OASFactory.createAPIResponse().ref(COMPONENTS + name));
        }
    }

    private static APIResponse resolve(OpenAPI document, APIResponse response) {
        String ref = response.getRef();
        return ref == null ? response : document.getComponents().getResponses().get(ref.substring(COMPONENTS.length()));
    }

    private static void complete(APIResponse response, JsonNode example, JsonNode ofProblem) {
        if (response == null || response.getContent() == null) {
            return;
        }
        response.getContent().getMediaTypes().forEach((type, content) -> {
            JsonNode fitting = type.equals(Problem.MEDIA_TYPE) ? ofProblem : example;
            boolean missing =
                    content.getExamples() == null || content.getExamples().isEmpty();
            if (missing && !fitting.isMissingNode()) {
                add(content, fitting);
            }
        });
    }

    private static void add(MediaType content, JsonNode example) {
        Object value = new ObjectMapper().convertValue(example, Object.class);
        content.addExample("example", OASFactory.createExample().value(value));
    }

    private static JsonNode examples() {
        try (InputStream in = DocumentFilter.class.getResourceAsStream(EXAMPLES)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
