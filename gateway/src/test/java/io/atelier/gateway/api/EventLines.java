package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.message.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads a stream of server-sent events, one after the other. */
final class EventLines implements AutoCloseable {
    private final BufferedReader lines;
    private String text;
    private JsonNode data;

    EventLines(InputStream stream) {
        this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** @param status in its data */
    record Event(String id, String name, String status) {}

    /** null at the end of the stream. */
    Event next() throws IOException {
        String id = null;
        String name = null;
        StringBuilder event = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            event.append(line).append('\n');
            if (line.startsWith("id:")) {
                id = line.substring("id:".length()).trim();
            } else if (line.startsWith("event:")) {
                name = line.substring("event:".length()).trim();
            } else if (line.startsWith("data:")) {
                text = event.append('\n').toString();
                data = Json.mapper().readTree(line.substring("data:".length()));
                return new Event(id, name, data.path("status").textValue());
            }
        }
        return null;
    }

    /** The latest event as it came, with the comments before it. */
    String text() {
        return text;
    }

    /** Of the latest event. */
    JsonNode data() {
        return data;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
