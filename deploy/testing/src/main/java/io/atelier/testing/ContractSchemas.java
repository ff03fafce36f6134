package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.atelier.message.Schemas;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Checks against schemas inside documents, which refer to those of the contract by the place where they are served. */
final class ContractSchemas {
    private static final String BASE = "https://atelier.io/schemas/";
    private static final String FOLDER = "schemas/";
    private static final String LOCAL = "#/";
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .locale(Locale.ENGLISH)
                            .build())
                    .schemas(iri -> iri.startsWith(BASE) ? text(iri.substring(BASE.length())) : null));

    private final JsonNode document;
    private final Map<JsonNode, Schema> compiled = new HashMap<>();

    ContractSchemas(JsonNode document) {
        this.document = document;
    }

    private static String text(String fileName) {
        return Arrays.stream(Schemas.values())
                .filter(schema -> schema.fileName().equals(fileName))
                .findFirst()
                .map(Schemas::text)
                .orElse(null);
    }

    /** The node itself, or what it refers to in the document. */
    JsonNode resolve(JsonNode node) {
        String ref = node.path("$ref").asText("");
        if (!ref.startsWith(LOCAL)) {
            return node;
        }
        JsonNode target = document.at(ref.substring(1));
        if (target.isMissingNode()) {
            throw new IllegalArgumentException("The document has nothing at " + ref);
        }
        return resolve(target);
    }

    /** What is wrong, in words; empty if nothing is. */
    synchronized List<String> errors(JsonNode schema, JsonNode value) {
        return compiled
                .computeIfAbsent(schema, node -> REGISTRY.getSchema(selfContained(node)))
                .validate(value)
                .stream()
                .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                .toList();
    }

    /** With what it refers to in the document put in its place, and the rest by its own name. */
    private JsonNode selfContained(JsonNode node) {
        JsonNode resolved = resolve(node);
        if (resolved instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.fields()
                    .forEachRemaining(field -> copy.set(
                            field.getKey(),
                            field.getKey().equals("$ref") ? named(field.getValue()) : selfContained(field.getValue())));
            return copy;
        }
        if (resolved.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            resolved.forEach(item -> copy.add(selfContained(item)));
            return copy;
        }
        return resolved;
    }

    private static JsonNode named(JsonNode ref) {
        String text = ref.asText();
        int folder = text.lastIndexOf(FOLDER);
        if (folder < 0) {
            throw new IllegalArgumentException("A reference to what is not of the contract: " + text);
        }
        return TextNode.valueOf(BASE + text.substring(folder + FOLDER.length()));
    }
}
