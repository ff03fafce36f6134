package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.atelier.message.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The OpenAPI document that a gateway serves, against which calls, answers and webhooks are checked as they came. */
public final class OpenApiDocument {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");
    private static final String EVENTS = "text/event-stream";

    /** By these, clients go on: none may be sent that is not described. */
    private static final List<String> HEADERS_TO_ACT_BY =
            List.of("Location", "Retry-After", "WWW-Authenticate", "Allow", "Preference-Applied", "x-should-retry");

    private final JsonNode document;
    private final ContractSchemas schemas;
    private final List<Operation> operations;

    /** @param json the document as served */
    public OpenApiDocument(String json) {
        try {
            this.document = Json.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("The OpenAPI document is no JSON", e);
        }
        document.at("/components/schemas").forEach(OpenApiDocument::close);
        this.schemas = new ContractSchemas(document);
        this.operations = read();
    }

    /** A field that is not described is one that nobody finds in the document, unless it says that there may be others. */
    private static void close(JsonNode schema) {
        if (schema.has("properties") && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    /** A call that the document describes, with everything that it refers to in its place. */
    public record Operation(String method, String path, JsonNode description) {
        @Override
        public String toString() {
            return method + ' ' + path;
        }
    }

    public List<Operation> operations() {
        return operations;
    }

    private List<Operation> read() {
        List<Operation> read = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> read.add(new Operation(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                schemas.inlined(operation.getValue())))));
        return read;
    }

    /** What the document has against a call that was accepted, and against any answer; nothing if it does not describe the call. */
    public List<String> problems(Exchange exchange) {
        Optional<JsonNode> operation = operation(exchange.method(), exchange.path());
        if (operation.isEmpty()) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        if (wasAccepted(exchange.status())) {
            problems.addAll(ofAccepted(schemas.resolve(operation.get().path("requestBody")), exchange.sent()));
        }
        String status = Integer.toString(exchange.status());
        JsonNode response = schemas.resolve(operation.get().path("responses").path(status));
        if (response.isMissingNode()) {
            problems.add(exchange.method() + " " + exchange.path() + " has no answer " + status);
            return problems;
        }
        problems.addAll(headers(response.path("headers"), exchange.headers()));
        problems.addAll(content(response.path("content"), exchange));
        return problems;
    }

    /** What took too long was accepted first. */
    private static boolean wasAccepted(int status) {
        return status >= 200 && status < 300 || status == 504;
    }

    private List<String> ofAccepted(JsonNode described, String sent) {
        if (sent.isEmpty()) {
            return described.path("required").asBoolean() ? List.of("a call without a body was accepted") : List.of();
        }
        JsonNode schema = described.at("/content/application~1json/schema");
        return schema.isMissingNode()
                ? List.of()
                : body(schema, sent).stream()
                        .map(error -> "accepted although " + error)
                        .toList();
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

    private List<String> headers(JsonNode described, Map<String, String> given) {
        List<String> problems = new ArrayList<>();
        HEADERS_TO_ACT_BY.stream()
                .filter(name -> given.containsKey(name) && !described.has(name))
                .forEach(name -> problems.add("the header " + name + " is not described"));
        described
                .properties()
                .forEach(header -> problems.addAll(
                        header(header.getKey(), schemas.resolve(header.getValue()), given.get(header.getKey()))));
        return problems;
    }

    private List<String> header(String name, JsonNode described, String value) {
        if (value == null) {
            return described.path("required").asBoolean() ? List.of("the header " + name + " is missing") : List.of();
        }
        return described.at("/schema/type").asText().equals("string")
                ? schemas.errors(described.path("schema"), TextNode.valueOf(value))
                : body(described.path("schema"), value);
    }

    private List<String> content(JsonNode content, Exchange exchange) {
        String answer = "the answer " + exchange.status();
        if (content.isEmpty()) {
            return exchange.body().isEmpty() ? List.of() : List.of(answer + " has a body");
        }
        String type = exchange.headers()
                .getOrDefault("Content-Type", "")
                .split(";")[0]
                .trim();
        if (!content.has(type)) {
            return List.of(answer + " has the type " + type);
        }
        JsonNode schema = content.path(type).path("schema");
        if (type.equals(EVENTS)) {
            return events(schema, ServerSentEvents.read(exchange.body()));
        }
        return type.endsWith("json") ? body(schema, exchange.body()) : List.of();
    }

    private List<String> events(JsonNode schema, ArrayNode events) {
        List<String> problems = new ArrayList<>(schemas.errors(schema, events));
        JsonNode data = schemas.inlined(schema).at("/items/properties/data/contentSchema");
        events.forEach(event -> problems.addAll(body(data, event.path("data").asText())));
        return problems;
    }

    private List<String> body(JsonNode schema, String body) {
        try {
            JsonNode read = Json.mapper().readTree(body);
            return schema.isMissingNode() ? List.of() : schemas.errors(schema, read);
        } catch (IOException e) {
            return List.of("no JSON: " + e.getMessage());
        }
    }

    /**
     * What the document has against what a receiver was told.
     *
     * @param name in the document's section of webhooks
     */
    public List<String> problemsOfWebhook(String name, Map<String, String> headers, String body) {
        JsonNode told = schemas.inlined(document.path("webhooks").path(name).path("post"));
        if (told.isMissingNode()) {
            return List.of("there is no webhook " + name);
        }
        ObjectNode described = Json.mapper().createObjectNode();
        told.path("parameters")
                .forEach(header -> described.set(header.path("name").textValue(), header));
        List<String> problems = new ArrayList<>(headers(described, Exchange.ofAnyCase(headers)));
        problems.addAll(body(told.at("/requestBody/content/application~1json/schema"), body));
        return problems;
    }

    /** Values that a schema of the document allows. */
    public SchemaValues values() {
        return new SchemaValues(schemas);
    }

    public OpenApiExamples examples() {
        return new OpenApiExamples(document, schemas);
    }
}
