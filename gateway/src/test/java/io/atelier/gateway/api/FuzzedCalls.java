package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.testing.OpenApiDocument;
import io.atelier.testing.OpenApiDocument.Operation;
import io.atelier.testing.SchemaValues;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Calls of the operations that an OpenAPI document has, with parameters and bodies made of their schemas: right ones, ones that
 * are a little wrong, and absurd ones. Besides, a few that are none of its operations.
 */
final class FuzzedCalls {
    private static final String BODY = "/requestBody/content/application~1json";
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final List<String> ODD_CONTENT_TYPES = List.of("text/plain", "x", "a/b/c", "*/*");

    /** Beside those of the operation, or in their place. */
    private static final Map<String, List<String>> ODD_HEADERS = Map.of(
            "Accept", List.of("*/*", "text/event-stream", "application/json", "text/html", "x", "a/b;q=z"),
            "Idempotency-Key", List.of("", " ", "k".repeat(300), "\u00e4"),
            "Prefer", List.of("wait=-1", "wait=x", "wait=99999999999", "respond-async", ""),
            "Cancel-After", List.of("-1s", "soon", "99999999999h", ""),
            "Last-Event-ID", List.of("", "x".repeat(200)),
            "X-Forwarded-Host", List.of("evil.example", "", "a b"));

    private final List<Operation> operations;
    private final SchemaValues values;
    private final Map<String, List<String>> known;

    /** @param known right values of parameters, by name, that no document can tell: ids of what there is */
    FuzzedCalls(OpenApiDocument document, Map<String, List<String>> known) {
        this.operations = document.operations();
        this.values = document.values();
        this.known = known;
    }

    FuzzedCall next(Random random) {
        Operation operation = operation(random);
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> asDocumented(operation, random);
            case 4 -> new FuzzedCall(null, Odd.pick(random, METHODS), path(operation, random), headers(random), "");
            case 5, 6 ->
                new FuzzedCall(null, Odd.pick(random, METHODS), Odd.target(random), headers(random), Odd.body(random));
            default ->
                new FuzzedCall(
                        operation,
                        operation.method(),
                        path(operation, random) + query(operation, random),
                        headers(operation, random),
                        body(operation, random));
        };
    }

    /** With the document's own example, and with nothing that is odd. */
    private FuzzedCall asDocumented(Operation operation, Random random) {
        String path = operation.path();
        for (JsonNode parameter : parameters(operation, "path")) {
            path = path.replace(placeholder(parameter), encoded(right(parameter, random)));
        }
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
        parameters(operation, "header")
                .forEach(parameter -> headers.put(parameter.path("name").textValue(), right(parameter, random)));
        JsonNode example = operation.description().at(BODY).at("/examples/example/value");
        String body = example.isMissingNode() ? "" : example.toString();
        return new FuzzedCall(operation, operation.method(), path, headers, body);
    }

    private static String placeholder(JsonNode pathParameter) {
        return '{' + pathParameter.path("name").textValue() + '}';
    }

    /** The call that waits for pictures does so in vain, with no worker there, and comes more seldom. */
    private Operation operation(Random random) {
        Operation picked = Odd.pick(random, operations);
        return picked.path().equals(HttpFuzz.IMAGES) && random.nextInt(5) > 0 ? operation(random) : picked;
    }

    private String path(Operation operation, Random random) {
        String path = operation.path();
        for (JsonNode parameter : parameters(operation, "path")) {
            boolean isOdd = random.nextInt(8) == 0;
            path = path.replace(placeholder(parameter), isOdd ? Odd.text(random) : encoded(right(parameter, random)));
        }
        return path;
    }

    private String query(Operation operation, Random random) {
        List<String> query = new ArrayList<>();
        for (JsonNode parameter : parameters(operation, "query")) {
            if (random.nextInt(4) == 0) {
                String name = parameter.path("name").textValue().replace("KEY", "order");
                boolean isOdd = random.nextInt(4) == 0;
                query.add(name + '=' + (isOdd ? Odd.text(random) : encoded(right(parameter, random))));
            }
        }
        if (random.nextInt(15) == 0) {
            query.add(Odd.text(random) + (random.nextBoolean() ? "" : "=" + Odd.text(random)));
        }
        return query.isEmpty() ? "" : "?" + String.join("&", query);
    }

    private Map<String, String> headers(Operation operation, Random random) {
        Map<String, String> headers = headers(random);
        for (JsonNode parameter : parameters(operation, "header")) {
            if (random.nextInt(3) == 0) {
                headers.put(parameter.path("name").textValue(), right(parameter, random));
            }
        }
        return headers;
    }

    private static Map<String, String> headers(Random random) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (random.nextInt(20) > 0) {
            boolean isOdd = random.nextInt(15) == 0;
            headers.put("Content-Type", isOdd ? Odd.pick(random, ODD_CONTENT_TYPES) : "application/json");
        }
        ODD_HEADERS.keySet().stream().sorted().forEach(name -> {
            if (random.nextInt(20) == 0) {
                headers.put(name, Odd.pick(random, ODD_HEADERS.get(name)));
            }
        });
        return headers;
    }

    private String body(Operation operation, Random random) {
        JsonNode content = operation.description().at(BODY);
        if (content.isMissingNode()) {
            return random.nextInt(20) == 0 ? Odd.body(random) : "";
        }
        return switch (random.nextInt(10)) {
            case 0 -> Odd.body(random);
            case 1, 2, 3 -> content.at("/examples/example/value").toString();
            case 4, 5, 6 -> values.of(content.path("schema"), random).toString();
            default ->
                mutated(values.of(content.path("schema"), random), random).toString();
        };
    }

    /** With one thing in it that is odd, or missing. */
    private static JsonNode mutated(JsonNode value, Random random) {
        if (value.isEmpty() || random.nextInt(3) == 0) {
            return Odd.value(random);
        }
        if (value instanceof ArrayNode array) {
            int index = random.nextInt(array.size());
            return array.set(index, mutated(array.get(index), random));
        }
        ObjectNode object = (ObjectNode) value;
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = Odd.pick(random, names);
        return switch (random.nextInt(8)) {
            case 0 -> object.without(name);
            case 1 -> object.set(Odd.text(random), Odd.value(random));
            default -> object.set(name, mutated(object.get(name), random));
        };
    }

    private String right(JsonNode parameter, Random random) {
        List<String> ours = known.get(parameter.path("name").textValue());
        if (ours != null) {
            return Odd.pick(random, ours);
        }
        JsonNode example = parameter.path("example");
        return (example.isMissingNode() ? values.of(parameter.path("schema"), random) : example).asText();
    }

    private static List<JsonNode> parameters(Operation operation, String in) {
        List<JsonNode> parameters = new ArrayList<>();
        operation.description().path("parameters").forEach(parameter -> {
            if (parameter.path("in").asText().equals(in)) {
                parameters.add(parameter);
            }
        });
        return parameters;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
