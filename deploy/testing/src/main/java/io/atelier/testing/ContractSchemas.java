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
import io.atelier.message.Json;
import io.atelier.message.Schemas;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    private static final String REF = "$ref";
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
        String ref = node.path(REF).asText("");
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

    /** With everything that it refers to put in its place, in the document and in the contract. */
    JsonNode inlined(JsonNode node) {
        return inlined(node, document);
    }

    private static JsonNode inlined(JsonNode node, JsonNode root) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(field -> {
                if (field.getKey().equals(REF)) {
                    copy.setAll((ObjectNode) referred(field.getValue().textValue(), root));
                } else if (!field.getKey().equals("$defs")) {
                    copy.set(field.getKey(), inlined(field.getValue(), root));
                }
            });
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> copy.add(inlined(item, root)));
            return copy;
        }
        return node;
    }

    private static JsonNode referred(String ref, JsonNode root) {
        int hash = ref.indexOf('#');
        String file = hash < 0 ? ref : ref.substring(0, hash);
        JsonNode target = file.isEmpty() ? root : contract(file.substring(file.lastIndexOf('/') + 1));
        JsonNode part = hash < 0 ? target : target.at(ref.substring(hash + 1));
        return inlined(part, target);
    }

    private static JsonNode contract(String fileName) {
        try {
            return Json.mapper().readTree(text(fileName));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what it refers to in the document put in its place, and the rest by its own name. */
    private JsonNode selfContained(JsonNode node) {
        JsonNode resolved = resolve(node);
        if (resolved instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.fields()
                    .forEachRemaining(field -> copy.set(
                            field.getKey(),
                            field.getKey().equals(REF) ? named(field.getValue()) : selfContained(field.getValue())));
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
