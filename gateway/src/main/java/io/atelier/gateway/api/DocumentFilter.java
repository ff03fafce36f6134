package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * Completes the API description, at build time, with what follows from the kind of a call: the problems that it can have, the
 * parameters that calls share, and an example for every body. Examples are in {@value #EXAMPLES}, by operation and status, or
 * {@value #REQUEST}; those of problems are the same for all calls.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class DocumentFilter implements OASFilter {
    static final String EXAMPLES = "/io/atelier/gateway/openapi-examples.json";
    static final String REQUEST = "request";
    private static final String PROBLEMS = "problems";
    private static final String COMPONENTS = "#/components/responses/";
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String PARAMETERS = "#/components/parameters/";

    private static final Map<String, String> OF_ANY_CALL = Map.of(
            "400", ApiDocument.NOT_UNDERSTOOD,
            "406", ApiDocument.NOT_ACCEPTABLE,
            "413", ApiDocument.TOO_LARGE,
            "414", ApiDocument.TARGET_TOO_LONG,
            "431", ApiDocument.FIELDS_TOO_LARGE,
            "500", ApiDocument.FAULT);
    private static final Map<String, String> OF_CALLS_THAT_NEED_A_CALLER = Map.of(
            "401", ApiDocument.UNAUTHORIZED,
            "403", ApiDocument.FORBIDDEN,
            "429", ApiDocument.TOO_MANY);
    private static final Map<String, String> OF_CALLS_OF_ONE_GENERATION = Map.of("404", ApiDocument.NOT_FOUND);
    private static final Map<String, String> OF_CALLS_WITH_A_BODY = Map.of("422", ApiDocument.INVALID);
    private static final Map<String, String> OF_CALLS_THAT_NEED_A_BODY = Map.of("415", ApiDocument.WRONG_TYPE);

    /** What an answer carries by its status, whatever was called. */
    private static final Map<String, String> HEADERS = Map.of(
            "201", ApiDocument.LOCATION,
            "302", ApiDocument.LOCATION,
            "401", "WWW-Authenticate",
            "403", "WWW-Authenticate",
            "429", "Retry-After",
            "503", "Retry-After");

    /** The API whose errors have another shape: there, all that is wrong with a request is 400. */
    private static final String OPENAI = "OpenAI";

    private static final String OPENAI_ERROR = "OpenAiError";
    private static final String INVALID = "422";
    private static final String JSON = "application/json";

    /** Properties that may be null, which annotations cannot say. */
    private static final Map<String, List<String>> NULLABLE = Map.of(
            "FieldError", List.of("value"),
            "Content", List.of("param"),
            "Waiting", List.of("position", "eta_seconds", "is_possible"),
            "Prediction", List.of("output", "error", "started_at", "completed_at"),
            "PredictionPage", List.of("previous", "next"));

    private final JsonNode examples = examples();

    @Override
    public void filterOpenAPI(OpenAPI document) {
        ApiDocument.PROBLEMS.forEach((name, meaning) -> document.getComponents().addResponse(name, problem(meaning)));
        ApiDocument.HEADERS.forEach(
                (name, meaning) -> document.getComponents().addParameter(name, header(name, meaning)));
        NULLABLE.forEach((schema, properties) -> {
            Map<String, Schema> described =
                    document.getComponents().getSchemas().get(schema).getProperties();
            properties.forEach(property -> described.get(property).addType(SchemaType.NULL));
        });
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations().values().forEach(operation -> complete(document, path, operation)));
        document.getWebhooks().values().forEach(webhook -> addRequestExample(webhook.getPOST()));
    }

    private static APIResponse problem(String meaning) {
        return OASFactory.createAPIResponse().description(meaning).content(content(Problem.MEDIA_TYPE, "Problem"));
    }

    private static Content content(String mediaType, String schema) {
        return OASFactory.createContent()
                .addMediaType(
                        mediaType,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref(SCHEMAS + schema)));
    }

    private static Parameter header(String name, String meaning) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.HEADER)
                .description(meaning)
                .schema(OASFactory.createSchema().addType(SchemaType.STRING));
    }

    private void complete(OpenAPI document, String path, Operation operation) {
        addProblems(operation, problems(path, operation));
        if (needsBody(operation)) {
            // Of two references to parameters, annotations keep one only.
            operation.addParameter(OASFactory.createParameter().ref(PARAMETERS + ApiDocument.KEY));
        }
        addRequestExample(operation);
        JsonNode ofCall = examples.path(operation.getOperationId());
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            APIResponse resolved = resolve(document, response);
            addExamples(
                    resolved.getContent(),
                    ofCall.path(status),
                    examples.path(PROBLEMS).path(status));
            if (HEADERS.containsKey(status)) {
                String header = HEADERS.get(status);
                resolved.addHeader(header, OASFactory.createHeader().ref(header));
            }
        });
    }

    private void addRequestExample(Operation operation) {
        if (operation.getRequestBody() != null) {
            JsonNode example = examples.path(operation.getOperationId()).path(REQUEST);
            addExamples(operation.getRequestBody().getContent(), example, example);
        }
    }

    private static Map<String, String> problems(String path, Operation operation) {
        Map<String, String> problems = new TreeMap<>(OF_ANY_CALL);
        if (!AccessFilter.isOpen(path)) {
            problems.putAll(OF_CALLS_THAT_NEED_A_CALLER);
        }
        if (path.contains("/{id}")) {
            problems.putAll(OF_CALLS_OF_ONE_GENERATION);
        }
        if (operation.getRequestBody() != null) {
            problems.putAll(OF_CALLS_WITH_A_BODY);
            if (needsBody(operation)) {
                problems.putAll(OF_CALLS_THAT_NEED_A_BODY);
            }
        }
        return problems;
    }

    /** All such calls submit something. */
    private static boolean needsBody(Operation operation) {
        return operation.getRequestBody() != null
                && Boolean.TRUE.equals(operation.getRequestBody().getRequired());
    }

    private static void addProblems(Operation operation, Map<String, String> problems) {
        boolean isOpenAi = operation.getTags() != null && operation.getTags().contains(OPENAI);
        APIResponses responses = operation.getResponses();
        problems.forEach((status, name) -> {
            if (responses.getAPIResponse(status) == null && !(isOpenAi && status.equals(INVALID))) {
                APIResponse response = OASFactory.createAPIResponse();
                responses.addAPIResponse(
                        status,
                        isOpenAi
                                ? response.description(ApiDocument.PROBLEMS.get(name))
                                : response.ref(COMPONENTS + name));
            }
        });
        if (isOpenAi) {
            responses.getAPIResponses().values().stream()
                    .filter(response -> response.getContent() == null)
                    .forEach(response -> response.setContent(content(JSON, OPENAI_ERROR)));
        }
    }

    private static APIResponse resolve(OpenAPI document, APIResponse response) {
        String ref = response.getRef();
        return ref == null ? response : document.getComponents().getResponses().get(ref.substring(COMPONENTS.length()));
    }

    private static void addExamples(Content content, JsonNode example, JsonNode ofProblem) {
        if (content == null) {
            return;
        }
        content.getMediaTypes().forEach((type, described) -> {
            JsonNode fitting = type.equals(Problem.MEDIA_TYPE) ? ofProblem : example;
            boolean missing =
                    described.getExamples() == null || described.getExamples().isEmpty();
            if (missing && !fitting.isMissingNode()) {
                Object value = new ObjectMapper().convertValue(fitting, Object.class);
                described.addExample("example", OASFactory.createExample().value(value));
            }
        });
    }

    private static JsonNode examples() {
        try (InputStream in = DocumentFilter.class.getResourceAsStream(EXAMPLES)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
