package io.atelier.testing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.message.Json;
import java.util.List;

/**
 * What came of a stream of events, as the array that OpenAPI takes such a stream for.
 *
 * @see "OpenAPI 3.2, Sequential Media Types"
 */
final class ServerSentEvents {
    private ServerSentEvents() {}

    /** The events whose end has come, each with its fields; comments are none. */
    static ArrayNode read(String stream) {
        ArrayNode events = Json.mapper().createArrayNode();
        int end = stream.lastIndexOf("\n\n");
        for (String block :
                List.of(end < 0 ? new String[0] : stream.substring(0, end).split("\n\n"))) {
            ObjectNode event = Json.mapper().createObjectNode();
            block.lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith(":"))
                    .forEach(line -> read(line, event));
            if (!event.isEmpty()) {
                events.add(event);
            }
        }
        return events;
    }

    private static void read(String line, ObjectNode event) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
        event.put(name, event.has(name) ? event.get(name).textValue() + '\n' + value : value);
    }
}
