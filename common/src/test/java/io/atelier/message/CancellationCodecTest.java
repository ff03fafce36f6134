package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Cancellation;
import io.atelier.job.GenerationId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancellationCodecTest {
    private static final Cancellation WHY =
            new Cancellation(new GenerationId("my-1"), "the customer changed their mind");

    private final Topics topics = new Topics("atelier.");
    private final MessageCodec codec = new MessageCodec(topics, URI.create("/atelier/test"));

    @Test
    void is_written_to_its_own_topic_under_the_generations_id() throws Exception {
        ProducerRecord<byte[], byte[]> written = codec.write(WHY, Instant.parse("2026-11-22T20:08:07.042Z"));

        assertThat(written.topic()).isEqualTo("atelier.generation.cancellations");
        assertThat(new String(written.key(), StandardCharsets.UTF_8)).isEqualTo("my-1");
        assertThat(Json.mapper().readTree(written.value())).isEqualTo(Samples.tree("cancellation"));
        assertThat(written.headers().lastHeader("ce_type").value()).isEqualTo("generation.cancel.v1".getBytes());
        assertThat(written.headers().lastHeader("ce_id").value()).isEqualTo("my-1/cancel".getBytes());
    }

    @Test
    void is_read_back_from_all_three_encodings() {
        ProducerRecord<byte[], byte[]> written = codec.write(WHY, Instant.EPOCH);
        Headers structured = new RecordHeaders();
        structured.add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

        assertThat(read("my-1", written.value(), written.headers())).contains(WHY);
        assertThat(read(null, Samples.bytes("event-cancel-structured"), structured))
                .contains(WHY);
        assertThat(read("my-1", Samples.bytes("cancellation"), new RecordHeaders()))
                .contains(WHY);
    }

    @Test
    void takes_its_id_from_the_key_and_needs_no_reason() {
        assertThat(read("my-1", "{}".getBytes(), new RecordHeaders()))
                .contains(new Cancellation(new GenerationId("my-1"), null));
    }

    @Test
    void a_tenants_cancellation_has_a_key_of_its_own() {
        GenerationId theirs = new GenerationId("acme", "my-1");
        ProducerRecord<byte[], byte[]> written = codec.write(new Cancellation(theirs, null), Instant.EPOCH);

        assertThat(new String(written.key(), StandardCharsets.UTF_8)).isEqualTo("acme/my-1");
        assertThat(read("acme/my-1", written.value(), written.headers())).contains(new Cancellation(theirs, null));
    }

    @Test
    void a_tombstone_says_nothing() {
        assertThat(read("my-1", null, new RecordHeaders())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cancel it", "[]", "{}"})
    void what_names_no_generation_is_malformed(String value) {
        assertMalformed(value.getBytes(StandardCharsets.UTF_8), new RecordHeaders());
    }

    @Test
    void another_type_of_event_is_malformed() {
        Headers headers = codec.write(WHY, Instant.EPOCH).headers();
        headers.remove("ce_type").add("ce_type", "generation.requested.v1".getBytes(StandardCharsets.UTF_8));

        assertMalformed(Samples.bytes("cancellation"), headers);
    }

    private void assertMalformed(byte[] value, Headers headers) {
        assertThatThrownBy(() -> read(null, value, headers))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_MESSAGE));
    }

    private Optional<Cancellation> read(String key, byte[] value, Headers headers) {
        return codec.readCancellation(new ConsumerRecord<>(
                topics.cancellations(),
                0,
                7,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty()));
    }
}
