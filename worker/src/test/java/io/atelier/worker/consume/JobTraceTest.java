package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.InputPictures;
import io.atelier.worker.draw.SdxlArtist;
import io.atelier.worker.event.KafkaEventPublisher;
import io.atelier.worker.observe.JobTraces;
import io.atelier.worker.observe.WatchedPublisher;
import io.atelier.worker.observe.WatchedStore;
import io.atelier.worker.storage.ResultStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobTraceTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SUBMIT = "00f067aa0ba902b7";
    private static final String PARENT = "00-" + TRACE + "-" + SUBMIT + "-01";
    private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
    private static final String PROMPT = "a red circle";
    private static final String REQUEST = "{\"input\":{\"prompt\":\"" + PROMPT
            + "\",\"width\":64,\"height\":64,\"num_inference_steps\":4,\"refiner\":{\"mode\":\"ensemble\",\"switch_at\":0.5}}}";

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final Tracer recording = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build()
            .get("test");
    private final FakeWorld world = new FakeWorld();
    private final Lane lane = new Lane();
    private final Artist artist = new SdxlArtist(
            TinySdxl.pipeline(),
            "tiny",
            new InputPictures(world, Map.of(), Optional.empty(), new InputPictures.Limits(1, 1, 2048, 1 << 22)));
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());

    @Test
    void a_job_is_one_tree_of_spans_under_the_span_that_submitted_it() {
        handle(artist, recording, REQUEST, PARENT);

        SpanData job = span("generation");
        assertThat(job.getTraceId()).isEqualTo(TRACE);
        assertThat(job.getParentSpanId()).isEqualTo(SUBMIT);
        assertThat(children(job))
                .extracting(SpanData::getName)
                .containsExactly(
                        "take",
                        "tell",
                        "encode_prompt",
                        "base",
                        "refiner",
                        "vae",
                        "encode",
                        "upload",
                        "upload",
                        "tell");
        assertThat(spans.getFinishedSpanItems()).as("nothing beside the tree").hasSize(11);
        assertThat(attribute(job, "atelier.generation")).isEqualTo("job-1");
        assertThat(attribute(job, "atelier.outcome")).isEqualTo("succeeded");
        assertThat(children(job))
                .allSatisfy(child -> assertThat(child.getEndEpochNanos()).isLessThanOrEqualTo(job.getEndEpochNanos()));
        SpanData base = span("base");
        assertThat(span("refiner").getStartEpochNanos()).isGreaterThanOrEqualTo(base.getEndEpochNanos());
    }

    @Test
    void whoever_reads_an_event_goes_on_from_the_span_that_told_it() {
        handle(artist, recording, REQUEST, PARENT);

        List<SpanData> tells = children(span("generation")).stream()
                .filter(span -> span.getName().equals("tell"))
                .toList();
        assertThat(sent("t.generation.events"))
                .extracting(JobTraceTest::traceParent)
                .containsExactly(
                        "00-" + TRACE + "-" + tells.get(0).getSpanId() + "-01",
                        "00-" + TRACE + "-" + tells.get(1).getSpanId() + "-01");
        assertThat(sent("t.generation.progress"))
                .isNotEmpty()
                .extracting(JobTraceTest::traceParent)
                .containsOnly("00-" + TRACE + "-" + span("generation").getSpanId() + "-01");
    }

    @Test
    void the_state_of_other_tracers_is_handed_on_recorded_or_not() {
        for (Tracer tracer : List.of(recording, OpenTelemetry.noop().getTracer("off"))) {
            producer.clear();
            handle(artist, tracer, REQUEST, PARENT);

            assertThat(producer.history())
                    .hasSizeGreaterThan(2)
                    .extracting(record -> header(record, "tracestate"))
                    .containsOnly(STATE);
        }
    }

    @Test
    void without_a_recorder_the_submitters_parent_is_passed_on_as_it_is() {
        handle(artist, OpenTelemetry.noop().getTracer("off"), REQUEST, PARENT);

        assertThat(producer.history())
                .hasSizeGreaterThan(2)
                .extracting(JobTraceTest::traceParent)
                .containsOnly(PARENT);
        assertThat(spans.getFinishedSpanItems()).isEmpty();
    }

    @Test
    void without_a_parent_a_recorder_begins_a_trace_and_no_recorder_writes_none() {
        handle(artist, recording, REQUEST, null);
        assertThat(span("generation").getParentSpanId()).isEqualTo(SpanId.getInvalid());
        producer.clear();

        handle(artist, OpenTelemetry.noop().getTracer("off"), REQUEST, null);

        assertThat(producer.history())
                .isNotEmpty()
                .extracting(JobTraceTest::traceParent)
                .containsOnlyNulls();
    }

    @Test
    void a_failure_marks_its_job_and_the_dead_letter_keeps_the_submitters_parent() {
        handle(artist, recording, "{\"input\":{\"prompt\":\"x\",\"width\":100}}", PARENT);

        SpanData job = span("generation");
        assertThat(job.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(job, "atelier.code")).isEqualTo("invalid_request");
        assertThat(sent("t.generation.dlq"))
                .singleElement()
                .extracting(JobTraceTest::traceParent)
                .isEqualTo(PARENT);
        assertThat(children(job))
                .extracting(span -> attribute(span, "atelier.event"))
                .as("taking, the manifest, and what is told")
                .containsExactly(null, null, "failed", "dead_letter");
    }

    @Test
    void a_drawing_that_breaks_off_ends_its_spans_and_says_nothing_of_the_prompt() {
        world.whileDrawing = cancellation -> {
            throw new GenerationException(ErrorCode.OUT_OF_MEMORY, "no room for " + PROMPT);
        };

        handle(world, recording, REQUEST, PARENT);

        SpanData job = span("generation");
        assertThat(job.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(job, "atelier.outcome")).isEqualTo("retried");
        assertThat(attribute(job, "atelier.code")).isEqualTo("out_of_memory");
        assertThat(children(job)).extracting(SpanData::getName).containsExactly("take", "tell", "base");
        assertThat(spans.getFinishedSpanItems().toString()).doesNotContain(PROMPT);
    }

    @AfterEach
    void close() throws InterruptedException {
        lane.close();
    }

    private void handle(Artist drawing, Tracer tracer, String json, String traceParent) {
        world.objects.clear();
        MessageCodec codec = new MessageCodec(new Topics("t."), URI.create("/test"));
        KafkaEventPublisher publisher = new KafkaEventPublisher(
                producer, codec, new Topics("t."), "worker-0", Duration.ofSeconds(5), Clock.systemUTC());
        JobHandler handler = new JobHandler(
                codec,
                new RequestParser(RequestLimits.DEFAULT),
                drawing,
                lane,
                new ResultStore(
                        new WatchedStore(world, new SimpleMeterRegistry(), tracer), Map.of("default", "generations")),
                new WatchedPublisher(publisher, tracer),
                new Cancellations(),
                new JobTraces(tracer, codec),
                new Fitness(100, Duration.ofSeconds(30), Clock.systemUTC(), reason -> {}),
                new RetryPolicy(3, Duration.ofSeconds(1), Duration.ZERO),
                "worker-0",
                Clock.systemUTC());
        Headers headers = new RecordHeaders();
        if (traceParent != null) {
            headers.add("traceparent", bytes(traceParent));
            headers.add("tracestate", bytes(STATE));
        }
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(
                "t.generation.requests",
                0,
                5,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                bytes("job-1"),
                bytes(json),
                headers,
                Optional.empty());
        handler.handle(Delivery.of(record), new JobControl(() -> {}));
    }

    private SpanData span(String name) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** In the order in which they began. */
    private List<SpanData> children(SpanData parent) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .toList();
    }

    private List<ProducerRecord<byte[], byte[]>> sent(String topic) {
        return producer.history().stream()
                .filter(record -> record.topic().equals(topic))
                .toList();
    }

    private static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    private static String traceParent(ProducerRecord<byte[], byte[]> record) {
        return header(record, "traceparent");
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return record.headers().lastHeader(name) == null
                ? null
                : new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
