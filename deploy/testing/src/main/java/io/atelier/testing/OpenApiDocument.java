package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.message.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The OpenAPI document that a gateway serves, against which its answers are checked as they came. */
public final class OpenApiDocument {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

    private final JsonNode document;
    private final ContractSchemas schemas;

    /** @param json the document as served */
    public OpenApiDocument(String json) {
        try {
            this.document = Json.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("The OpenAPI document is no JSON", e);
        }
        document.at("/components/schemas").forEach(OpenApiDocument::close);
        this.schemas = new ContractSchemas(document);
    }

    /** A field that is not described is one that nobody finds in the document. */
    private static void close(JsonNode schema) {
        if (schema.has("properties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    /** An answer that was given. @param contentType null for none */
    public record Answer(int status, String contentType, String body) {}

    /**
     * What the document has against an answer; empty also for calls that it does not describe.
     *
     * @param path without the query
     */
    public List<String> problems(String method, String path, Answer answer) {
        Optional<JsonNode> operation = operation(method, path);
        if (operation.isEmpty()) {
            return List.of();
        }
        JsonNode response = schemas.resolve(operation.get().path("responses").path(Integer.toString(answer.status)));
        if (response.isMissingNode()) {
            return List.of(method + " " + path + " has no answer " + answer.status);
        }
        return content(response.path("content"), answer);
    }

    /** The description of a call, if there is one. */
    public Optional<JsonNode> operation(String method, String path) {
        return path(path)
                .map(name -> document.path("paths").path(name).get(method.toLowerCase(Locale.ROOT)))
                .filter(operation -> !operation.isMissingNode());
    }

    /** The path as the document has it, with its parameters; one without is preferred. */
    public Optional<String> path(String path) {
        // A slash at the end, or one beside another, makes no other path.
        String single = path.replaceAll("/{2,}", "/");
        String plain = single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
        String best = null;
        for (Iterator<String> names = document.path("paths").fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (plain.matches(PARAMETER.matcher(name).replaceAll("[^/]+")) && (best == null || !name.contains("{"))) {
                best = name;
            }
        }
        return Optional.ofNullable(best);
    }

    private List<String> content(JsonNode content, Answer answer) {
        if (content.isEmpty()) {
            return answer.body.isEmpty() ? List.of() : List.of("the answer " + answer.status + " has a body");
        }
        String type = answer.contentType == null ? "" : answer.contentType.split(";")[0].trim();
        if (!content.has(type)) {
            return List.of("the answer " + answer.status + " has the type " + type);
        }
        return type.endsWith("json") ? body(content.path(type).path("schema"), answer.body) : List.of();
    }

    private List<String> body(JsonNode schema, String body) {
        try {
            JsonNode read = Json.mapper().readTree(body);
            return schema.isMissingNode() ? List.of() : schemas.errors(schema, read);
        } catch (IOException e) {
            return List.of("no JSON: " + e.getMessage());
        }
    }

    /** What is wrong with the examples in the document, each with the place where it stands. */
    public List<String> problemsOfExamples() {
        List<String> problems = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> paths =
                        document.path("paths").fields();
                paths.hasNext(); ) {
            Map.Entry<String, JsonNode> path = paths.next();
            path.getValue().forEach(operation -> {
                contents(problems, path.getKey() + " request", schemas.resolve(operation.path("requestBody")));
                operation
                        .path("responses")
                        .fields()
                        .forEachRemaining(response -> contents(
                                problems,
                                path.getKey() + " " + response.getKey(),
                                schemas.resolve(response.getValue())));
            });
        }
        return problems;
    }

    private void contents(List<String> problems, String place, JsonNode described) {
        described.path("content").fields().forEachRemaining(type -> {
            if (type.getKey().endsWith("json")) {
                type.getValue()
                        .path("examples")
                        .forEach(example -> schemas.errors(type.getValue().path("schema"), example.path("value"))
                                .forEach(error -> problems.add(place + ": " + error)));
            }
        });
    }

    /** The calls whose answers lack an example, although it is JSON. */
    public List<String> answersWithoutExample() {
        List<String> without = new ArrayList<>();
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fields()
                        .forEachRemaining(method -> method.getValue()
                                .path("responses")
                                .fields()
                                .forEachRemaining(response -> schemas.resolve(response.getValue())
                                        .path("content")
                                        .fields()
                                        .forEachRemaining(type -> {
                                            if (type.getKey().endsWith("json")
                                                    && type.getValue()
                                                            .path("examples")
                                                            .isEmpty()) {
                                                without.add(method.getKey() + " " + path.getKey() + " "
                                                        + response.getKey());
                                            }
                                        }))));
        return without;
    }
}
