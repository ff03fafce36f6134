package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String VALUE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String OTHER = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-00";

    private final MessageCodec codec = new MessageCodec(new Topics("atelier."), URI.create("/test"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            })
    void nonsense_is_no_parent(String given) {
        assertThat(TraceParent.of(given)).isEmpty();
        assertThatThrownBy(() -> new TraceParent(given)).hasMessageContaining(given);
    }

    @Test
    void each_new_root_is_another_trace_that_wants_to_be_recorded() {
        assertThat(TraceParent.newRoot()).isNotEqualTo(TraceParent.newRoot());
        assertThat(TraceParent.newRoot().value()).endsWith("-01");
    }

    @Test
    void writing_replaces_what_the_headers_say() {
        Headers headers = headers("traceparent", OTHER);

        new TraceParent(VALUE).writeTo(headers);

        assertThat(headers.headers("traceparent"))
                .singleElement()
                .satisfies(header -> assertThat(header.value()).isEqualTo(VALUE.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_record_tells_its_trace_in_a_header_of_its_own_or_as_an_attribute_of_the_event() {
        Headers both = headers("ce_traceparent", OTHER).add("traceparent", VALUE.getBytes(StandardCharsets.UTF_8));
        assertThat(traceParent(both, "{}")).contains(new TraceParent(VALUE));
        assertThat(traceParent(headers("ce_traceparent", VALUE), "{}")).contains(new TraceParent(VALUE));
        assertThat(traceParent(
                        headers("content-type", "application/cloudevents+json"),
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"traceparent\":\""
                                + VALUE + "\"}"))
                .contains(new TraceParent(VALUE));
    }

    @Test
    void a_record_that_tells_no_trace_or_is_broken_has_none() {
        assertThat(traceParent(new RecordHeaders(), "{\"traceparent\":\"" + VALUE + "\"}"))
                .isEmpty();
        assertThat(traceParent(headers("traceparent", "nonsense"), "{}")).isEmpty();
        assertThat(traceParent(headers("content-type", "application/cloudevents+json"), "no json"))
                .isEmpty();
    }

    private Optional<TraceParent> traceParent(Headers headers, String value) {
        return codec.traceParentOf(new ConsumerRecord<>(
                "t",
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                null,
                value.getBytes(StandardCharsets.UTF_8),
                headers,
                Optional.empty()));
    }

    private static Headers headers(String name, String value) {
        return new RecordHeaders().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
