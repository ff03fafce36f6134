package io.atelier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.atelier.message.AsyncApi;
import io.atelier.message.Json;
import io.atelier.message.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The AsyncAPI document of the contract, against which records are checked as they went over the wire. */
public final class AsyncApiDocument {
    private static final String PREFIX = "{prefix}";

    private final JsonNode document;
    private final ContractSchemas schemas;

    private AsyncApiDocument(JsonNode document) {
        this.document = document;
        this.schemas = new ContractSchemas(document);
    }

    public static AsyncApiDocument load() {
        return of(AsyncApi.text());
    }

    static AsyncApiDocument of(String yaml) {
        try {
            return new AsyncApiDocument(new YAMLMapper().readTree(yaml));
        } catch (IOException e) {
            throw new IllegalArgumentException("The AsyncAPI document is no YAML", e);
        }
    }

    JsonNode tree() {
        return document;
    }

    ContractSchemas schemas() {
        return schemas;
    }

    /**
     * What the document has against a record; empty if the record is one of the messages of its topic's channel.
     *
     * @param topics how the topics are called
     */
    public List<String> problems(ConsumerRecord<byte[], byte[]> record, Topics topics) {
        Map<String, List<String>> against = new LinkedHashMap<>();
        for (JsonNode message : messages(record.topic(), topics)) {
            String name = message.path("name").textValue();
            List<String> errors = errors(message, headers(record), record.value());
            if (errors.isEmpty()) {
                return List.of();
            }
            against.put(name, errors);
        }
        String type = headers(record).path("ce_type").asText("");
        return against.containsKey(type)
                ? against.get(type)
                : List.of(record.topic() + " takes none of this: " + against);
    }

    private List<JsonNode> messages(String topic, Topics topics) {
        List<JsonNode> messages = new ArrayList<>();
        for (JsonNode channel : document.path("channels")) {
            if (channel.path("address")
                    .asText()
                    .replace(PREFIX, topics.prefix())
                    .equals(topic)) {
                channel.path("messages").forEach(message -> messages.add(schemas.resolve(message)));
            }
        }
        return messages;
    }

    private List<String> errors(JsonNode message, ObjectNode headers, byte[] value) {
        List<String> errors = new ArrayList<>(schemas.errors(message.path("headers"), headers));
        if (message.has("payload")) {
            try {
                JsonNode payload =
                        value == null ? NullNode.getInstance() : Json.mapper().readTree(value);
                errors.addAll(schemas.errors(message.path("payload").path("schema"), payload));
            } catch (IOException e) {
                errors.add("no JSON: " + e.getMessage());
            }
        }
        return errors;
    }

    private static ObjectNode headers(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode headers = JsonNodeFactory.instance.objectNode();
        for (Header header : record.headers()) {
            headers.put(
                    header.key(), header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }
}
