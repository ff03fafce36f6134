package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String VALUE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
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
    void the_state_of_tracers_goes_with_the_parent() {
        Headers headers = headers("tracestate", "old=1");

        new TraceParent(VALUE, STATE).writeTo(headers);

        assertThat(headers.headers("tracestate"))
                .singleElement()
                .satisfies(header -> assertThat(header.value()).isEqualTo(STATE.getBytes(StandardCharsets.UTF_8)));
        assertThat(traceParent(headers, "{}")).contains(new TraceParent(VALUE, STATE));
        new TraceParent(VALUE).writeTo(headers);
        assertThat(headers.lastHeader("tracestate")).isNull();
    }

    @Test
    void the_state_comes_from_where_the_parent_does() {
        Headers headers = headers("ce_traceparent", VALUE)
                .add("ce_tracestate", STATE.getBytes(StandardCharsets.UTF_8))
                .add("tracestate", "other=1".getBytes(StandardCharsets.UTF_8));
        assertThat(traceParent(headers, "{}")).contains(new TraceParent(VALUE, STATE));
        assertThat(traceParent(
                        headers("content-type", "application/cloudevents+json"),
                        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"traceparent\":\""
                                + VALUE + "\",\"tracestate\":\"" + STATE + "\"}"))
                .contains(new TraceParent(VALUE, STATE));
        assertThat(traceParent(headers("tracestate", STATE), "{}")).isEmpty();
    }

    /** Limits and characters as "W3C Trace Context, tracestate header field values" has them. */
    @ParameterizedTest
    @ValueSource(strings = {"congo", "Congo=1", "a=b=c", "a=1;b=\u00e4", "=1", "a=", "a=1\nb=2"})
    void a_state_that_is_nonsense_is_none(String state) {
        assertThat(TraceParent.of(VALUE, state)).contains(new TraceParent(VALUE));
        assertThatThrownBy(() -> new TraceParent(VALUE, state)).hasMessageContaining(state);
    }

    @Test
    void a_state_has_32_members_and_512_characters_at_most() {
        String members = IntStream.range(0, 32).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));
        assertThat(TraceParent.of(VALUE, members)).contains(new TraceParent(VALUE, members));
        assertThat(TraceParent.of(VALUE, members + ",k32=v")).contains(new TraceParent(VALUE));
        assertThat(TraceParent.of(VALUE, "t@v=1 , , b=x y")).contains(new TraceParent(VALUE, "t@v=1 , , b=x y"));
        String longest = "a=" + "x".repeat(255) + ",b=" + "y".repeat(252);
        assertThat(TraceParent.of(VALUE, longest)).contains(new TraceParent(VALUE, longest));
        assertThat(TraceParent.of(VALUE, longest + "y")).contains(new TraceParent(VALUE));
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
