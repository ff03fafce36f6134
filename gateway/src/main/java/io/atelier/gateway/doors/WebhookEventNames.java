package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.message.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Replicate's names of what a webhook can tell of, and ours. There, who asks for nothing hears of all. */
final class WebhookEventNames {
    private static final String FIELD = "webhook_events_filter";

    /** Pictures come at the end, all at once: their event is that of the end. */
    private static final Map<String, String> OURS =
            Map.of("start", "started", "logs", "progress", "output", "completed", "completed", "completed");

    private static final List<String> THEIRS = List.of("start", "logs", "completed");

    private WebhookEventNames() {}

    /** @throws GenerationException INVALID_REQUEST for a name that is none */
    static ArrayNode ours(JsonNode filter) {
        Set<String> ours = new LinkedHashSet<>();
        if (filter.isMissingNode() || filter.isNull()) {
            THEIRS.forEach(name -> ours.add(OURS.get(name)));
        } else if (!filter.isArray()) {
            throw wrong(FIELD, "must be an array", filter);
        }
        for (int i = 0; i < filter.size(); i++) {
            String our = filter.get(i).isTextual() ? OURS.get(filter.get(i).textValue()) : null;
            if (our == null) {
                throw wrong(FIELD + '.' + i, "must be start, output, logs or completed", filter.get(i));
            }
            ours.add(our);
        }
        ArrayNode names = Json.mapper().createArrayNode();
        ours.forEach(names::add);
        return names;
    }

    static List<String> theirs(List<String> filter) {
        List<String> theirs = new ArrayList<>();
        THEIRS.stream().filter(name -> filter.contains(OURS.get(name))).forEach(theirs::add);
        return theirs;
    }

    private static GenerationException wrong(String field, String message, JsonNode value) {
        return new GenerationException(
                ErrorCode.INVALID_REQUEST,
                field + " " + message + " (was " + value + ")",
                List.of(new FieldError(field, message, value.toString())));
    }
}
