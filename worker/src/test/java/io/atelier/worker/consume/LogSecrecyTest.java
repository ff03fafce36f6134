package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.worker.observe.JobLog;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a job writes into the log, whatever becomes of it. */
class LogSecrecyTest {
    private static final String SECRET = "zanzibar-marzipan";
    private static final String REQUEST = "{\"input\":{\"prompt\":\"" + SECRET + " " + "word ".repeat(20)
            + "\",\"prompt_2\":\"" + SECRET + "\",\"negative_prompt\":\"no " + SECRET + "\"}}";

    private final FakeWorld world = new FakeWorld();
    private final Lane lane = new Lane();
    private final JobHandler handler = new JobHandler(
            new MessageCodec(new Topics("t."), URI.create("/test")),
            new RequestParser(RequestLimits.DEFAULT),
            world,
            lane,
            new ResultStore(world, Map.of("default", "generations")),
            world,
            new Cancellations(),
            new JobLog(),
            new Fitness(100, Duration.ofSeconds(30), Clock.systemUTC(), reason -> {}),
            new RetryPolicy(3, Duration.ofSeconds(1), Duration.ZERO),
            "worker-0",
            Clock.systemUTC());

    private final List<ExtLogRecord> lines = new ArrayList<>();
    private final ExtHandler log = new ExtHandler() {
        @Override
        protected void doPublish(ExtLogRecord record) {
            if (record.getLevel().intValue() >= Level.INFO.intValue()) {
                record.copyMdc();
                lines.add(record);
            }
        }
    };

    @BeforeEach
    void listen() {
        log.setLevel(Level.ALL);
        Logger.getLogger("").addHandler(log);
    }

    @AfterEach
    void stopListening() throws InterruptedException {
        lane.close();
        Logger.getLogger("").removeHandler(log);
    }

    @Test
    void no_line_of_a_job_quotes_its_prompt_and_each_carries_its_id() {
        runJobsOfAllKinds();

        assertThat(lines).as("one line a job at least").hasSizeGreaterThanOrEqualTo(9);
        assertThat(lines).allSatisfy(line -> assertThat(text(line)).doesNotContain(SECRET));
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.getMdc("generation")).startsWith("job-"));
    }

    @Test
    void a_fault_is_told_with_its_kind_and_place() {
        world.whileDrawing = fail(new IllegalStateException("cannot read: " + SECRET));

        handle("job-1", REQUEST, 1);

        assertThat(lines)
                .anySatisfy(line -> assertThat(text(line))
                        .contains("java.lang.IllegalStateException")
                        .contains("LogSecrecyTest"));
    }

    @Test
    void the_id_is_gone_when_the_job_is() {
        handle("job-1", REQUEST, 1);

        assertThat(MDC.get("generation")).isNull();
    }

    private void runJobsOfAllKinds() {
        handle("job-succeeds", REQUEST, 1);
        handle("job-succeeds", REQUEST, 2);
        handle("job-invalid", REQUEST.replace("\"prompt_2\":", "\"width\":\"" + SECRET + "\",\"prompt_2\":"), 1);
        handle("job-malformed", "{\"input\": " + SECRET, 1);
        handle("job-of-another-model", "{\"model\":\"" + SECRET + "\"," + REQUEST.substring(1), 1);

        world.whileDrawing = fail(new IllegalStateException("cannot read: " + SECRET));
        handle("job-faulty", REQUEST, 1);
        handle("job-faulty", REQUEST, 3);
        world.whileDrawing =
                fail(new IllegalStateException("outer " + SECRET, new RuntimeException("inner: " + SECRET)));
        handle("job-faulty-deep-inside", REQUEST, 1);
        world.whileDrawing = fail(new GenerationException(ErrorCode.INFERENCE_FAILED, "the graph failed"));
        handle("job-without-graph", REQUEST, 1);
        world.whileDrawing = fail(new CancellationException());
        handle("job-stopped", REQUEST, 1);
        world.whileDrawing = cancellation -> world.storageDown = true;
        handle("job-without-store", REQUEST, 1);
        world.storageDown = false;
        world.brokerDown = true;
        handle("job-without-broker", REQUEST, 1);
    }

    private static Consumer<Cancellation> fail(RuntimeException failure) {
        return cancellation -> {
            throw failure;
        };
    }

    private void handle(String key, String json, int attempt) {
        handler.handle(
                new Delivery(
                        new ConsumerRecord<>(
                                "t.generation.requests",
                                0,
                                5,
                                key.getBytes(StandardCharsets.UTF_8),
                                json.getBytes(StandardCharsets.UTF_8)),
                        attempt,
                        0,
                        0),
                new JobControl(() -> {}));
    }

    /** With its stack, as the console shows it. */
    private static String text(ExtLogRecord line) {
        return new PatternFormatter("%s%n%e").format(line);
    }
}
