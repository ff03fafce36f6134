package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes values that a schema allows, of a schema with everything in its place. */
public final class SchemaValues {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int TRIES = 20;
    /** An optional field is there once in so many times. */
    private static final int RARE = 6;

    /** One of them fits wherever the contract wants a text of some form. */
    private static final List<String> TEXTS = List.of(
            "a red circle",
            "x",
            "order-17",
            "euler",
            "folder/",
            "PT5M",
            "2026-01-01T00:00:00Z",
            "2099-01-01T00:00:00Z",
            "https://receiver.example/hook",
            "atelier/sdxl");

    private final ContractSchemas schemas;

    SchemaValues(ContractSchemas schemas) {
        this.schemas = schemas;
    }

    /** Another one each time; the same for the same random numbers. */
    public JsonNode of(JsonNode schema, Random random) {
        for (int tried = 0; tried < TRIES; tried++) {
            JsonNode value = make(schema, random);
            if (schemas.errors(schema, value).isEmpty()) {
                return value;
            }
        }
        throw new IllegalArgumentException("Found no value of " + schema);
    }

    private JsonNode make(JsonNode schema, Random random) {
        for (String listed : List.of("enum", "examples")) {
            if (schema.has(listed)) {
                return pick(schema.get(listed), random);
            }
        }
        for (String choice : List.of("anyOf", "oneOf")) {
            if (schema.has(choice)) {
                return make(pick(schema.get(choice), random), random);
            }
        }
        return switch (type(schema, random)) {
            case "object" -> object(schema, random);
            case "array" -> array(schema, random);
            case "integer" -> JSON.numberNode(integer(schema, random));
            case "number" -> JSON.numberNode(number(schema, random));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "null" -> JSON.nullNode();
            default -> text(schema, random);
        };
    }

    private static String type(JsonNode schema, Random random) {
        JsonNode type = schema.path("type");
        return type.isArray() ? pick(type, random).textValue() : type.asText(schema.has("properties") ? "object" : "");
    }

    private ObjectNode object(JsonNode schema, Random random) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.textValue()));
        schema.path("properties").properties().forEach(property -> {
            if (required.contains(property.getKey()) || random.nextInt(RARE) == 0) {
                object.set(property.getKey(), make(property.getValue(), random));
            }
        });
        if (schema.path("additionalProperties").isObject()) {
            object.set("order", make(schema.get("additionalProperties"), random));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, Random random) {
        ArrayNode array = JSON.arrayNode();
        int size = schema.path("minItems").asInt() + random.nextInt(3);
        for (int i = 0; i < size; i++) {
            array.add(make(schema.path("items"), random));
        }
        return array;
    }

    /** The smallest that is allowed, or one that is not far above. */
    private static long integer(JsonNode schema, Random random) {
        long least = Math.max(0, schema.path("minimum").asLong(0));
        return least + schema.path("multipleOf").asLong(1) * random.nextInt(12);
    }

    private static double number(JsonNode schema, Random random) {
        double least =
                schema.path("minimum").asDouble(schema.path("exclusiveMinimum").asDouble(0));
        double most =
                schema.path("maximum").asDouble(schema.path("exclusiveMaximum").asDouble(10));
        return least + (most - least) * random.nextDouble();
    }

    private TextNode text(JsonNode schema, Random random) {
        List<TextNode> fitting = TEXTS.stream()
                .map(TextNode::valueOf)
                .filter(text -> schemas.errors(schema, text).isEmpty())
                .toList();
        return fitting.isEmpty() ? TextNode.valueOf("") : fitting.get(random.nextInt(fitting.size()));
    }

    private static JsonNode pick(JsonNode values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
