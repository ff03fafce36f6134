package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.message.EventType;
import io.atelier.message.TraceParent;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class TraceHttpTest extends HttpTest {
    private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
    private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void the_trace_of_a_call_goes_on_in_the_request_its_announcement_and_its_cancellation() throws Exception {
        post(request(id), "traceparent", CALLER, "tracestate", STATE);
        assertThat(trace(request())).contains(new TraceParent(CALLER, STATE));
        until(() -> queuedEvents(id), count -> count == 1);
        assertThat(trace(queued())).contains(new TraceParent(CALLER, STATE));

        String another = CALLER.replace("00f067aa0ba902b7", "00f067aa0ba902b8");
        call(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/cancel"))
                .header("traceparent", another)
                .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(trace(only(TOPICS.cancellations()))).contains(new TraceParent(another));
    }

    @Test
    void a_call_without_a_trace_or_with_nonsense_begins_one() throws Exception {
        post(request(id), "traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01");

        Optional<TraceParent> begun = trace(request());
        assertThat(begun).isPresent();
        until(() -> queuedEvents(id), count -> count == 1);
        assertThat(trace(queued())).isEqualTo(begun);
    }

    @Test
    void a_request_by_kafka_is_announced_in_its_own_trace() throws Exception {
        ProducerRecord<byte[], byte[]> bare = new ProducerRecord<>(
                TOPICS.requests().get(1), id.getBytes(StandardCharsets.UTF_8), CIRCLE.getBytes(StandardCharsets.UTF_8));
        new TraceParent(CALLER).writeTo(bare.headers());
        kafka.append(bare);

        until(() -> queuedEvents(id), count -> count == 1);
        assertThat(trace(queued())).contains(new TraceParent(CALLER));
    }

    private Optional<TraceParent> trace(ConsumerRecord<byte[], byte[]> record) {
        return worker.traceParentOf(record);
    }

    private ConsumerRecord<byte[], byte[]> request() {
        return only(TOPICS.requests().get(1));
    }

    private ConsumerRecord<byte[], byte[]> queued() {
        ConsumerRecord<byte[], byte[]> event = only(TOPICS.events());
        assertThat(worker.typeOf(event)).contains(EventType.QUEUED);
        return event;
    }

    /** The one record of this generation. */
    private ConsumerRecord<byte[], byte[]> only(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = kafka.log(topic).stream()
                .filter(record -> id.equals(key(record)))
                .toList();
        assertThat(records).hasSize(1);
        return records.get(0);
    }
}
