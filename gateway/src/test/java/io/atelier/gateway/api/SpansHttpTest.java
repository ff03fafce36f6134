package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.atelier.gateway.RecordedSpans;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.message.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The spans that the gateway itself adds to a trace. */
@QuarkusTest
@TestProfile(SpansHttpTest.Recorded.class)
class SpansHttpTest extends HttpTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
    private static final AttributeKey<String> ID = AttributeKey.stringKey("atelier.generation");
    private static final AttributeKey<String> EVENT = AttributeKey.stringKey("atelier.event");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");

    /** Spans are kept; receivers of webhooks on the loopback interface are allowed. */
    public static class Recorded extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("atelier.store.path", "spans");
            settings.put("atelier.webhooks.secrets.default", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
            settings.put("atelier.webhooks.http", "true");
            settings.put("atelier.webhooks.ports", "1-65535");
            settings.put("atelier.webhooks.allow", "127.0.0.1/32");
            return settings;
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(RecordedSpans.class);
        }
    }

    @Inject
    RecordedSpans recorded;

    @BeforeEach
    void forget() {
        recorded.exporter().reset();
    }

    @Test
    void a_submission_is_a_span_of_the_callers_trace_and_its_records_are_spans_below() throws Exception {
        submit(request(id));

        SpanData call = await("submit");
        assertThat(call.getTraceId()).isEqualTo(TRACE);
        assertThat(call.getParentSpanId()).isEqualTo(CALLER);
        assertThat(call.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(call.getAttributes().get(STATUS)).isEqualTo(202);
        assertThat(call.getAttributes().get(AttributeKey.stringKey("url.path"))).isEqualTo("/v1/generations");

        SpanData requested = awaitTold("requested");
        assertThat(requested.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(requested.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(requested.getAttributes().get(ID)).isEqualTo(id);
        assertThat(trace(TOPICS.requests().get(1))).contains(at(requested));

        SpanData queued = awaitTold("queued");
        assertThat(queued.getParentSpanId()).isEqualTo(requested.getSpanId());
        assertThat(trace(TOPICS.events())).contains(at(queued));
    }

    @Test
    void a_cancellation_is_a_span_and_so_is_its_record() throws Exception {
        post(request(id));
        call(HttpRequest.newBuilder(generations.resolve("/v1/generations/" + id + "/cancel"))
                .headers("traceparent", "00-" + TRACE + "-" + CALLER + "-01", "tracestate", STATE)
                .POST(HttpRequest.BodyPublishers.noBody()));

        SpanData call = await("cancel");
        assertThat(call.getParentSpanId()).isEqualTo(CALLER);
        SpanData told = awaitTold("cancel");
        assertThat(told.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(trace(TOPICS.cancellations())).contains(at(told));
    }

    @Test
    void a_call_that_is_refused_says_so_and_no_prompt_is_told() throws Exception {
        submit("{\"input\":{\"prompt\":\"secret\",\"width\":-1}}");
        assertThat(await("submit").getAttributes().get(STATUS)).isEqualTo(422);
        recorded.exporter().reset();

        kafka.away(true);
        assertThat(submit(request(id).replace("a red circle", "secret")).statusCode())
                .isEqualTo(503);

        assertThat(await("submit").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(awaitTold("requested").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(recorded.exporter().getFinishedSpanItems().toString()).doesNotContain("secret");
    }

    @Test
    void the_doors_have_spans_too() throws Exception {
        HttpRequest.Builder door = HttpRequest.newBuilder(generations.resolve("/v1/images/generations"))
                .headers("Content-Type", "application/json", "traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"x\"}"));
        assertThat(call(door).statusCode()).isEqualTo(504);

        SpanData call = await("submit");
        assertThat(call.getParentSpanId()).isEqualTo(CALLER);
        assertThat(call.getAttributes().get(STATUS)).isEqualTo(504);
        assertThat(awaitTold("cancel").getParentSpanId())
                .as("what it gives up for itself")
                .isEqualTo(call.getSpanId());
    }

    @Test
    void each_attempt_to_tell_a_receiver_is_a_span_under_that_of_the_event() throws Exception {
        BlockingQueue<Headers> calls = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        receiver.createContext("/", exchange -> {
            calls.add(exchange.getRequestHeaders());
            exchange.sendResponseHeaders(410, -1);
            exchange.close();
        });
        receiver.start();
        try {
            Generation ended = Samples.succeeded(id, 1).toBuilder()
                    .webhook(
                            "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?secret",
                            List.of("completed"))
                    .completedAt(Instant.now())
                    .build();
            ProducerRecord<byte[], byte[]> event = worker.write(EventType.SUCCEEDED, ended, Instant.now());
            new TraceParent("00-" + TRACE + "-" + CALLER + "-01", STATE).writeTo(event.headers());
            kafka.append(event);

            Headers received = calls.poll(30, TimeUnit.SECONDS);
            SpanData attempt = await("webhook");
            assertThat(attempt.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(attempt.getParentSpanId()).isEqualTo(CALLER);
            assertThat(attempt.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(attempt.getAttributes().get(EVENT)).isEqualTo("generation.succeeded");
            assertThat(attempt.getAttributes().get(STATUS)).isEqualTo(410);
            assertThat(attempt.getAttributes().get(AttributeKey.stringKey("atelier.outcome")))
                    .isEqualTo("gone");
            assertThat(attempt.toString()).doesNotContain("secret", "127.0.0.1");
            assertThat(received).isNotNull();
            assertThat(received.getFirst("traceparent")).isEqualTo(at(attempt).value());
            assertThat(received.getFirst("tracestate")).isEqualTo(STATE);
        } finally {
            receiver.stop(0);
        }
    }

    private HttpResponse<String> submit(String body) throws Exception {
        return post(body, "traceparent", "00-" + TRACE + "-" + CALLER + "-01", "tracestate", STATE);
    }

    private static TraceParent at(SpanData span) {
        return new TraceParent("00-" + TRACE + "-" + span.getSpanId() + "-01", STATE);
    }

    private Optional<TraceParent> trace(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = kafka.log(topic).stream()
                .filter(record -> id.equals(key(record)))
                .toList();
        assertThat(records).hasSize(1);
        return worker.traceParentOf(records.get(0));
    }

    private SpanData await(String name) throws Exception {
        return await(span -> span.getName().equals(name));
    }

    private SpanData awaitTold(String event) throws Exception {
        return await(span -> event.equals(span.getAttributes().get(EVENT)));
    }

    /** Of this test's trace. */
    private SpanData await(Predicate<SpanData> wanted) throws Exception {
        return until(
                () -> recorded.exporter().getFinishedSpanItems().stream()
                        .filter(span -> span.getTraceId().equals(TRACE))
                        .filter(wanted)
                        .findFirst()
                        .orElse(null),
                found -> found != null);
    }
}
