package io.atelier.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns JSON into a checked request. The one way in, for HTTP bodies and for records. Thread safe. */
public final class RequestParser {
    private final SchemaValidator validator = new SchemaValidator(Schemas.REQUEST);
    private final RequestLimits limits;

    public RequestParser(RequestLimits limits) {
        this.limits = limits;
    }

    public RequestLimits limits() {
        return limits;
    }

    /**
     * Reads the JSON object of a request.
     *
     * @throws GenerationException MALFORMED_MESSAGE if it is none, with the place of the first mistake
     */
    public static JsonNode readObject(byte[] json) {
        JsonNode tree;
        try {
            tree = Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "Not JSON: " + describe(e), e);
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "Unreadable JSON", e);
        }
        if (!tree.isObject()) {
            throw new GenerationException(
                    ErrorCode.MALFORMED_MESSAGE,
                    "A request is a JSON object, not "
                            + (tree.isMissingNode() ? "nothing" : SchemaValidator.shortened(tree)));
        }
        if (mayHoldSurrogates(json) && !StandardCharsets.UTF_8.newEncoder().canEncode(tree.toString())) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "Not Unicode: half a surrogate pair");
        }
        return tree;
    }

    /**
     * Half a surrogate pair can be written in JSON, but in no UTF-8 that we would have to send on. It needs an escape
     * ("\\ud800"), bytes that Jackson takes although UTF-8 has none such (they begin with ED), or UTF-32, which has zeros.
     */
    private static boolean mayHoldSurrogates(byte[] json) {
        for (byte b : json) {
            if (b == '\\' || b == (byte) 0xED || b == 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Checks and binds a request.
     *
     * @throws GenerationException INVALID_REQUEST with one entry per wrong field
     */
    public GenerationRequest parse(JsonNode tree) {
        return parse(tree, limits);
    }

    /** The same within the limits of whoever asks. */
    public GenerationRequest parse(JsonNode tree, RequestLimits limits) {
        refuseIfAny(wrongFields(tree, limits));
        try {
            return Json.mapper().treeToValue(withoutNulls(tree.deepCopy()), GenerationRequest.class);
        } catch (JsonProcessingException e) {
            // The schema lets nothing through that does not bind; if it ever does, the submitter must still be told.
            throw new GenerationException(ErrorCode.INVALID_REQUEST, "Cannot be read: " + describe(e), e);
        }
    }

    /** By schema, by limits and by what fields say of each other, one entry a field. */
    private List<FieldError> wrongFields(JsonNode tree, RequestLimits limits) {
        Map<String, FieldError> errors = new LinkedHashMap<>();
        Stream.of(validator.validate(tree), limits.check(tree), StepLists.check(tree))
                .flatMap(List::stream)
                .forEach(error -> errors.putIfAbsent(error.field(), error));
        return List.copyOf(errors.values());
    }

    private static void refuseIfAny(List<FieldError> errors) {
        if (!errors.isEmpty()) {
            String fields = errors.stream()
                    .map(e -> (e.field() + " " + e.message() + (e.value() == null ? "" : " (was " + e.value() + ")"))
                            .trim())
                    .collect(Collectors.joining("; "));
            throw new GenerationException(ErrorCode.INVALID_REQUEST, fields, errors);
        }
    }

    /** null and absent mean the same, also where the record's component is a primitive's box or an enum. */
    private static JsonNode withoutNulls(JsonNode node) {
        if (node.isObject()) {
            Iterator<JsonNode> fields = ((ObjectNode) node).elements();
            while (fields.hasNext()) {
                JsonNode field = fields.next();
                if (field.isNull()) {
                    fields.remove();
                } else {
                    withoutNulls(field);
                }
            }
        }
        return node;
    }

    /** Jackson's own message without the source excerpt, which could hold a prompt. */
    private static String describe(JsonProcessingException e) {
        String place = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return e.getOriginalMessage() + place;
    }
}
