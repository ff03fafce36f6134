package io.atelier.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import io.atelier.error.FieldError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Checks messages against a schema and tells of every wrong field, with its value. Thread safe. */
public final class SchemaValidator {
    private static final int LONGEST_VALUE = 80;

    private final Schema schema;

    public SchemaValidator(Schemas schema) {
        this.schema = schema.schema();
    }

    /** One entry per wrong field, in the order of the schema; empty if the message is right. */
    public List<FieldError> validate(JsonNode message) {
        Map<String, FieldError> errors = new LinkedHashMap<>();
        tooLarge(message, "", errors);
        if (!errors.isEmpty()) {
            return List.copyOf(errors.values());
        }
        for (Error error : schema.validate(message)) {
            FieldError fieldError = fieldError(error);
            // One wrong field can break several rules (both arms of an anyOf); the first says enough.
            errors.putIfAbsent(fieldError.field(), fieldError);
        }
        return List.copyOf(errors.values());
    }

    /** JSON can write numbers such as 1e400, which were read as infinite and with which no rule can reckon. */
    private static void tooLarge(JsonNode node, String path, Map<String, FieldError> errors) {
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            errors.put(path, new FieldError(path, "is too large a number", null));
        }
        String prefix = path.isEmpty() ? "" : path + '.';
        node.properties().forEach(field -> tooLarge(field.getValue(), prefix + field.getKey(), errors));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            tooLarge(node.get(i), prefix + i, errors);
        }
    }

    /** JSON text of a value for an error message: shortened, because a prompt can be long. */
    public static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
    }

    private static FieldError fieldError(Error error) {
        String path = dotted(error);
        if ("required".equals(error.getKeyword())) {
            String missing = path.isEmpty() ? error.getProperty() : path + "." + error.getProperty();
            return new FieldError(missing, "is required", null);
        }
        JsonNode value = error.getInstanceNode();
        return new FieldError(path, message(error, value), value == null ? null : shortened(value));
    }

    private static String message(Error error, JsonNode value) {
        if (!"type".equals(error.getKeyword()) || value == null) {
            return error.getMessage();
        }
        JsonNode expected = error.getSchemaNode();
        String types = expected.isArray()
                ? StreamSupport.stream(expected.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(" or "))
                : expected.asText();
        return "must be " + types + ", not " + value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String dotted(Error error) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            path.append(path.length() == 0 ? "" : ".")
                    .append(error.getInstanceLocation().getElement(i));
        }
        return path.toString();
    }
}
