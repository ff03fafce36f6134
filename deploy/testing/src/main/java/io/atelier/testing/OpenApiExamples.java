package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The examples in an OpenAPI document. */
public final class OpenApiExamples {
    private final JsonNode document;
    private final ContractSchemas schemas;

    OpenApiExamples(JsonNode document, ContractSchemas schemas) {
        this.document = document;
        this.schemas = schemas;
    }

    /** What is wrong with them, each with the place where it stands. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        visit((place, type) -> type.path("examples")
                .forEach(example -> schemas.errors(type.path("schema"), example.path("value"))
                        .forEach(error -> problems.add(place + ": " + error))));
        return problems;
    }

    /** The bodies that have none, although they are JSON. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        visit((place, type) -> {
            if (type.path("examples").isEmpty()) {
                missing.add(place);
            }
        });
        return missing;
    }

    private interface Visitor {
        void body(String place, JsonNode described);
    }

    private void visit(Visitor visitor) {
        for (String section : List.of("paths", "webhooks")) {
            document.path(section)
                    .properties()
                    .forEach(path -> path.getValue()
                            .properties()
                            .forEach(operation -> visit(
                                    operation.getKey() + " " + path.getKey() + " ", operation.getValue(), visitor)));
        }
    }

    private void visit(String place, JsonNode operation, Visitor visitor) {
        bodies(place + "request", operation.path("requestBody"), visitor);
        operation
                .path("responses")
                .properties()
                .forEach(response -> bodies(place + response.getKey(), response.getValue(), visitor));
    }

    private void bodies(String place, JsonNode described, Visitor visitor) {
        schemas.resolve(described).path("content").properties().forEach(type -> {
            if (type.getKey().endsWith("json")) {
                visitor.body(place, type.getValue());
            }
        });
    }
}
