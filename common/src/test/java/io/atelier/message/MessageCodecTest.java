package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.Priority;
import io.atelier.job.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageCodecTest {
    private static final Instant CREATED = Instant.parse("2026-11-22T20:08:05.042Z");
    private static final Instant RECORDED = Instant.parse("2026-11-22T20:08:06Z");

    private final Topics topics = new Topics("atelier.");
    private final MessageCodec codec = new MessageCodec(topics, URI.create("/atelier/test"));
    private final RequestParser parser = new RequestParser(RequestLimits.DEFAULT);

    @Test
    void a_request_is_written_as_a_binary_cloud_event_on_the_topic_of_its_priority() throws IOException {
        GenerationRequest request = parser.parse(Samples.tree("request-full"));

        ProducerRecord<byte[], byte[]> record = codec.write(request, CREATED);

        assertThat(record.topic()).isEqualTo("atelier.generation.requests.high");
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("order-A-17");
        assertThat(headers(record.headers()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "order-A-17",
                        "ce_source", "/atelier/test",
                        "ce_type", "generation.requested.v1",
                        "ce_subject", "order-A-17",
                        "ce_time", "2026-11-22T20:08:05.042Z",
                        "content-type", "application/json"));
        assertThat(Json.mapper().readTree(record.value())).isEqualTo(Samples.tree("request-full"));
    }

    @Test
    void a_tenants_request_says_whose_it_is_and_is_read_back_so() throws IOException {
        GenerationRequest request = parser.parse(Samples.tree("request-full"));
        GenerationId id = request.id().of("acme");
        ProducerRecord<byte[], byte[]> written = codec.write(request.withId(id), CREATED);

        assertThat(new String(written.key(), StandardCharsets.UTF_8)).isEqualTo("acme/order-A-17");
        assertThat(headers(written.headers()))
                .containsEntry("ce_tenant", "acme")
                .containsEntry("ce_subject", "order-A-17")
                .containsEntry("ce_id", "acme/order-A-17");
        assertThat(Json.mapper().readTree(written.value())).isEqualTo(Samples.tree("request-full"));
        assertThat(codec.readRequest(record(written.topic(), written.key(), written.value(), written.headers()), parser)
                        .id())
                .contains(id);
        assertThat(id).isNotEqualTo(request.id());
    }

    @Test
    void the_tenant_of_any_encoding_is_found() throws IOException {
        GenerationRequest request = parser.parse(Samples.tree("request-full"));
        ProducerRecord<byte[], byte[]> written =
                codec.write(request.withId(request.id().of("acme")), CREATED);
        Headers structured = new RecordHeaders();
        structured.add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        ObjectNode tree = (ObjectNode) structured(written);
        tree.remove("content-type");
        byte[] event = Json.mapper().writeValueAsBytes(tree);
        byte[] bare = "{\"input\":{\"prompt\":\"x\"}}".getBytes(StandardCharsets.UTF_8);

        assertThat(codec.readRequest(record(written.topic(), null, event, structured), parser)
                        .id())
                .contains(new GenerationId("acme", "order-A-17"));
        assertThat(codec.readRequest(record(written.topic(), "my-1".getBytes(), bare, tenant("acme")), parser)
                        .id())
                .contains(new GenerationId("acme", "my-1"));
        assertThat(codec.readRequest(record(written.topic(), "acme/my-1".getBytes(), bare, tenant("acme")), parser)
                        .id())
                .contains(new GenerationId("acme", "my-1"));
        assertThat(codec.readRequest(record(written.topic(), "my-1".getBytes(), bare, new RecordHeaders()), parser)
                        .id())
                .contains(new GenerationId("default", "my-1"));
    }

    @Test
    void nobody_is_told_of_a_request_whose_tenant_is_none() {
        byte[] bare = "{\"id\":\"my-1\",\"input\":{\"prompt\":\"x\"}}".getBytes(StandardCharsets.UTF_8);

        RequestRecord read = codec.readRequest(
                record("atelier.generation.requests", "my-1".getBytes(), bare, tenant("../acme")), parser);

        assertThat(read.id()).isEmpty();
        assertThat(((RequestRecord.Invalid) read).problem().code()).isEqualTo(ErrorCode.MALFORMED_MESSAGE);
    }

    @Test
    void a_tenants_events_have_keys_and_ids_of_their_own_and_keep_the_tenant() throws IOException {
        Generation generation = Json.mapper().readValue(Samples.bytes("generation-succeeded"), Generation.class);
        Generation theirs =
                generation.toBuilder().id(generation.id().of("acme")).build();

        ProducerRecord<byte[], byte[]> written = codec.write(EventType.SUCCEEDED, theirs, CREATED);

        assertThat(theirs.tenant()).isEqualTo("acme");
        assertThat(new String(written.key(), StandardCharsets.UTF_8)).isEqualTo("acme/my-1");
        assertThat(headers(written.headers())).containsEntry("ce_id", "acme/my-1/2/succeeded");
        assertThat(codec.readGeneration(record(written.topic(), written.key(), written.value(), written.headers())))
                .isEqualTo(theirs);
    }

    private static Headers tenant(String name) {
        return new RecordHeaders().add("ce_tenant", name.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void events_have_ids_made_of_generation_attempt_and_type() throws IOException {
        Generation generation = Json.mapper().readValue(Samples.bytes("generation-succeeded"), Generation.class);

        assertThat(headers(codec.write(EventType.SUCCEEDED, generation, CREATED).headers()))
                .containsEntry("ce_id", "my-1/2/succeeded")
                .containsEntry("ce_type", "generation.succeeded.v1");
        assertThat(codec.write(EventType.SUCCEEDED, generation, CREATED).topic())
                .isEqualTo("atelier.generation.events");
        Generation progress =
                generation.toBuilder().progress(new Progress("base", 3, 30)).build();
        assertThat(headers(codec.write(EventType.PROGRESS, progress, CREATED).headers()))
                .containsEntry("ce_id", "my-1/2/progress/base/3");
        assertThat(codec.write(EventType.PROGRESS, progress, CREATED).topic()).isEqualTo("atelier.generation.progress");
    }

    @Test
    void an_event_that_was_written_is_read_back_and_fits_the_schema() throws IOException {
        Generation generation = Json.mapper().readValue(Samples.bytes("generation-succeeded"), Generation.class);
        ProducerRecord<byte[], byte[]> written = codec.write(EventType.SUCCEEDED, generation, CREATED);
        ConsumerRecord<byte[], byte[]> record =
                record(written.topic(), written.key(), written.value(), written.headers());

        assertThat(codec.typeOf(record)).contains(EventType.SUCCEEDED);
        assertThat(codec.readGeneration(record)).isEqualTo(generation);
        assertThat(new SchemaValidator(Schemas.EVENT).validate(structured(written)))
                .isEmpty();
    }

    @Test
    void a_binary_request_is_read_with_its_own_time() {
        GenerationRequest request = parser.parse(Samples.tree("request-minimal"));
        ProducerRecord<byte[], byte[]> written = codec.write(request, CREATED);

        RequestRecord read =
                codec.readRequest(record(written.topic(), written.key(), written.value(), written.headers()), parser);

        assertThat(read).isEqualTo(new RequestRecord.Valid(request.withPriority(Priority.NORMAL), CREATED));
    }

    @Test
    void a_structured_request_takes_its_id_from_the_subject() {
        Headers headers = new RecordHeaders();
        headers.add("content-type", "application/cloudevents+json; charset=UTF-8".getBytes(StandardCharsets.UTF_8));

        RequestRecord read = codec.readRequest(
                record(topics.requests(Priority.NORMAL), null, Samples.bytes("event-requested-structured"), headers),
                parser);

        assertThat(read.requireRequest().id()).isEqualTo(new GenerationId("my-1"));
        assertThat(read.requireRequest().input().prompt()).isEqualTo("a red circle on a blue background");
        assertThat(read.createdAt()).isEqualTo(CREATED);
    }

    @Test
    void bare_json_takes_its_id_from_the_body_and_else_from_the_key() {
        assertThat(bare("key-1", "{\"id\":\"body-1\",\"input\":{\"prompt\":\"x\"}}")
                        .requireRequest()
                        .id())
                .isEqualTo(new GenerationId("body-1"));
        RequestRecord byKey = bare("key-1", "{\"input\":{\"prompt\":\"x\"}}");
        assertThat(byKey.requireRequest().id()).isEqualTo(new GenerationId("key-1"));
        assertThat(byKey.createdAt()).isEqualTo(RECORDED);
    }

    @Test
    void a_request_that_names_no_generation_is_invalid_without_an_id() {
        RequestRecord.Invalid read = (RequestRecord.Invalid) bare(null, "{\"input\":{\"prompt\":\"x\"}}");

        assertThat(read.id()).isEmpty();
        assertThat(read.problem().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(read.problem()).hasMessageContaining("key");
    }

    @Test
    void an_invalid_request_still_tells_its_id() {
        assertInvalid(bare("key-1", "not json"), "key-1", ErrorCode.MALFORMED_MESSAGE);
        assertInvalid(bare("key-1", "{\"id\":\"body-1\",\"input\":{}}"), "body-1", ErrorCode.INVALID_REQUEST);
        assertInvalid(
                bare("key-1", "{\"id\":\"no/id\",\"input\":{\"prompt\":\"x\"}}"), "key-1", ErrorCode.INVALID_REQUEST);
        assertInvalid(
                bare(null, "{\"id\":\"body-1\",\"input\":{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}}"),
                "body-1",
                ErrorCode.REQUEST_TOO_LARGE);
    }

    @ParameterizedTest
    @EnumSource(Priority.class)
    void a_request_that_names_no_priority_has_that_of_its_topic(Priority priority) {
        assertThat(priorityOf("{\"input\":{\"prompt\":\"x\"}}", topics.requests(priority)))
                .isEqualTo(priority);
        assertThat(priorityOf("{\"priority\":\"low\",\"input\":{\"prompt\":\"x\"}}", topics.requests(priority)))
                .as("a priority of its own")
                .isEqualTo(Priority.LOW);
    }

    private Priority priorityOf(String json, String topic) {
        byte[] value = json.getBytes(StandardCharsets.UTF_8);
        GenerationRequest request = codec.readRequest(
                        record(topic, "key-1".getBytes(StandardCharsets.UTF_8), value, new RecordHeaders()), parser)
                .requireRequest();
        return Generation.queued(request, CREATED).priority();
    }

    @Test
    void bytes_that_are_no_text_at_all_are_malformed() {
        byte[] noise = new byte[256];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) i;
        }
        assertInvalid(
                codec.readRequest(
                        record(topics.requests(Priority.NORMAL), "k".getBytes(), noise, new RecordHeaders()), parser),
                "k",
                ErrorCode.MALFORMED_MESSAGE);
        assertInvalid(
                codec.readRequest(
                        record(topics.requests(Priority.NORMAL), "k".getBytes(), null, new RecordHeaders()), parser),
                "k",
                ErrorCode.MALFORMED_MESSAGE);
    }

    @Test
    void a_broken_envelope_or_another_type_is_malformed() {
        Headers broken = new RecordHeaders();
        broken.add("ce_specversion", "9.9".getBytes(StandardCharsets.UTF_8));
        assertInvalid(withHeaders(broken), "key-1", ErrorCode.MALFORMED_MESSAGE);

        Headers structured = new RecordHeaders();
        structured.add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        assertInvalid(
                codec.readRequest(
                        record(
                                topics.requests(Priority.NORMAL),
                                "key-1".getBytes(StandardCharsets.UTF_8),
                                "no json".getBytes(StandardCharsets.UTF_8),
                                structured),
                        parser),
                "key-1",
                ErrorCode.MALFORMED_MESSAGE);

        Headers noType = new RecordHeaders();
        noType.add("ce_specversion", "1.0".getBytes(StandardCharsets.UTF_8));
        assertInvalid(withHeaders(noType), "key-1", ErrorCode.MALFORMED_MESSAGE);

        GenerationRequest request = parser.parse(Samples.tree("request-minimal"));
        Headers otherType = codec.write(request, CREATED).headers();
        otherType.remove("ce_type").add("ce_type", "order.placed".getBytes(StandardCharsets.UTF_8));
        assertInvalid(withHeaders(otherType), "my-1", ErrorCode.MALFORMED_MESSAGE);
    }

    private RequestRecord withHeaders(Headers headers) {
        return codec.readRequest(
                record(
                        topics.requests(Priority.NORMAL),
                        "key-1".getBytes(StandardCharsets.UTF_8),
                        "{\"input\":{\"prompt\":\"x\"}}".getBytes(StandardCharsets.UTF_8),
                        headers),
                parser);
    }

    private RequestRecord bare(String key, String json) {
        return codec.readRequest(
                record(
                        topics.requests(Priority.NORMAL),
                        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                        json.getBytes(StandardCharsets.UTF_8),
                        new RecordHeaders()),
                parser);
    }

    private static void assertInvalid(RequestRecord read, String id, ErrorCode code) {
        assertThat(read).isInstanceOf(RequestRecord.Invalid.class);
        assertThat(read.id()).contains(new GenerationId(id));
        assertThat(((RequestRecord.Invalid) read).problem().code()).isEqualTo(code);
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] key, byte[] value, Headers headers) {
        return new ConsumerRecord<>(
                topic,
                0,
                7,
                RECORDED.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
    }

    /** The binary record as the structured event that means the same. */
    private static JsonNode structured(ProducerRecord<byte[], byte[]> record) throws IOException {
        ObjectNode event = Json.mapper().createObjectNode();
        headers(record.headers()).forEach((name, value) -> event.put(name.replace("ce_", ""), value));
        event.set("data", Json.mapper().readTree(record.value()));
        return event;
    }

    private static Map<String, String> headers(Headers headers) {
        Map<String, String> map = new TreeMap<>();
        for (Header header : headers) {
            map.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        return map;
    }
}
