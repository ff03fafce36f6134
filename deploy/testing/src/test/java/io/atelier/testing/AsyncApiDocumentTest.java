package io.atelier.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.Schemas;
import io.atelier.message.Topics;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AsyncApiDocumentTest {
    private static final Topics TOPICS = new Topics("other.");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AsyncApiDocument document = AsyncApiDocument.load();
    private final MessageCodec codec = new MessageCodec(TOPICS, URI.create("/atelier/gateway"));

    @Test
    void it_is_valid_by_the_schema_of_asyncapi_itself() throws Exception {
        try (InputStream official = AsyncApiDocumentTest.class.getResourceAsStream("asyncapi-3.0.0.json")) {
            var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(official, InputFormat.JSON);

            assertThat(schema.validate(document.tree())).isEmpty();

            JsonNode broken = document.tree().deepCopy();
            ((ObjectNode) broken.at("/operations/sendEvents")).put("action", "tell");
            assertThat(schema.validate(broken)).isNotEmpty();
        }
    }

    @Test
    void every_reference_leads_somewhere() {
        List<String> refs = document.tree().findValuesAsText("$ref");
        Set<String> files = new HashSet<>();
        Arrays.stream(Schemas.values()).forEach(schema -> files.add("schemas/" + schema.fileName()));

        assertThat(refs).hasSizeGreaterThan(50);
        assertThat(refs).allSatisfy(ref -> {
            if (ref.startsWith("#")) {
                assertThat(document.tree().at(ref.substring(1)).isMissingNode())
                        .as(ref)
                        .isFalse();
            } else {
                assertThat(files).contains(ref);
            }
        });
    }

    @Test
    void every_topic_and_every_type_is_described() {
        Set<String> addresses = new TreeSet<>();
        document.tree()
                .path("channels")
                .forEach(channel ->
                        addresses.add(channel.path("address").textValue().replace("{prefix}", TOPICS.prefix())));
        List<String> topics = new ArrayList<>(TOPICS.requests());
        topics.addAll(
                List.of(TOPICS.cancellations(), TOPICS.events(), TOPICS.progress(), TOPICS.workers(), TOPICS.dlq()));
        assertThat(addresses).containsExactlyInAnyOrderElementsOf(topics);

        Set<String> names = new HashSet<>();
        document.tree()
                .at("/components/messages")
                .forEach(message -> names.add(message.path("name").textValue()));
        assertThat(names)
                .contains(Arrays.stream(EventType.values())
                        .map(EventType::wireName)
                        .toArray(String[]::new));
    }

    @Test
    void every_example_is_a_message_as_described() {
        List<String> seen = new ArrayList<>();
        document.tree().at("/components/messages").fields().forEachRemaining(message -> {
            assertThat(message.getValue().path("examples")).as(message.getKey()).isNotEmpty();
            for (JsonNode example : message.getValue().path("examples")) {
                JsonNode headers = example.has("headers") ? example.path("headers") : JSON.createObjectNode();
                assertThat(document.schemas().errors(message.getValue().path("headers"), headers))
                        .as(message.getKey())
                        .isEmpty();
                if (message.getValue().has("payload")) {
                    assertThat(document.schemas()
                                    .errors(message.getValue().at("/payload/schema"), example.path("payload")))
                            .as(message.getKey())
                            .isEmpty();
                }
                seen.add(message.getKey());
            }
        });
        assertThat(seen).hasSizeGreaterThanOrEqualTo(16);
    }

    @Test
    void what_the_cluster_writes_is_as_described() {
        Generation queued = new Generation.Builder()
                .id(new GenerationId("order-17"))
                .createdAt(Instant.EPOCH)
                .build();

        assertThat(problems(codec.write(EventType.QUEUED, queued, Instant.EPOCH)))
                .isEmpty();
    }

    @Test
    void an_event_that_is_not_what_its_type_says_is_found_out() {
        Generation queued = new Generation.Builder()
                .id(new GenerationId("order-17"))
                .createdAt(Instant.EPOCH)
                .build();

        assertThat(problems(codec.write(EventType.SUCCEEDED, queued, Instant.EPOCH)))
                .anySatisfy(problem -> assertThat(problem).contains("status"));
        ProducerRecord<byte[], byte[]> elsewhere = codec.write(EventType.QUEUED, queued, Instant.EPOCH);
        assertThat(document.problems(
                        record(TOPICS.workers(), elsewhere.value(), Map.of("ce_type", "generation.queued.v1")), TOPICS))
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "requests      |                               | {\"input\":{\"prompt\":\"x\"}} | true",
                "requests      |                               | {\"input\":{}}                 | false",
                "requests      |                               | nonsense                       | false",
                "requests      | application/cloudevents+json  | {\"input\":{\"prompt\":\"x\"}} | false",
                "cancellations |                               | {}                             | true",
                "cancellations |                               | []                             | false",
                "dlq           |                               | nonsense                       | false",
            })
    void records_of_others_are_told_from_nonsense(String topic, String type, String value, boolean good) {
        Map<String, String> headers = type == null ? Map.of() : Map.of("content-type", type);

        List<String> problems = document.problems(
                record("other.generation." + topic, value.getBytes(StandardCharsets.UTF_8), headers), TOPICS);

        assertThat(problems.isEmpty()).as(problems.toString()).isEqualTo(good);
    }

    private List<String> problems(ProducerRecord<byte[], byte[]> written) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(written.topic(), 0, 0, written.key(), written.value());
        written.headers().forEach(record.headers()::add);
        return document.problems(record, TOPICS);
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] value, Map<String, String> headers) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(topic, 0, 0, null, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        return record;
    }
}
