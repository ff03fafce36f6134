package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.testing.SettableClock;
import io.atelier.worker.consume.JobControl.Stop;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;

/** A job handler in a {@link FakeWorld}. */
abstract class JobHandlerFixture {
    static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    static final String REQUEST = "{\"input\":{\"prompt\":\"a red circle\"},\"metadata\":{\"order\":\"A-17\"}}";

    final FakeWorld world = new FakeWorld();
    final List<Generation> ended = new ArrayList<>();
    final Lane lane = new Lane();
    final Cancellations cancellations = new Cancellations();
    final SettableClock clock = new SettableClock(NOW);
    final JobHandler handler = handler(Duration.ZERO);

    JobHandler handler(Duration patience) {
        return new JobHandler(
                new MessageCodec(new Topics("atelier."), URI.create("/test")),
                new RequestParser(RequestLimits.DEFAULT),
                world,
                lane,
                new ResultStore(world, Map.of("default", "generations", "customer", "customer-bucket")),
                world,
                cancellations,
                new JobObserver() {
                    @Override
                    public JobWatch taken(Delivery delivery, Generation read) {
                        return new JobWatch() {
                            @Override
                            public void ended(Generation generation) {
                                ended.add(generation);
                            }
                        };
                    }
                },
                new Fitness(3, Duration.ofSeconds(30), clock, reason -> {}),
                new RetryPolicy(3, Duration.ofSeconds(1), patience),
                "worker-0",
                clock);
    }

    @AfterEach
    void close() throws InterruptedException {
        lane.close();
    }

    List<Generation> ends() {
        return world.published.stream().filter(g -> g.status().terminal()).toList();
    }

    static void stopFromInside(JobControl control, Stop reason, Cancellation cancellation) {
        control.stop(reason);
        stopIfCancelled(cancellation);
    }

    static void stopIfCancelled(Cancellation cancellation) {
        if (cancellation.isCancelled()) {
            throw new CancellationException();
        }
    }

    static Consumer<Cancellation> fail(ErrorCode code) {
        return cancellation -> {
            throw new GenerationException(code, "by order of the test");
        };
    }

    JobOutcome handle(String key, String json, int attempt) {
        return handler.handle(delivery(key, json, attempt), new JobControl(() -> {}));
    }

    static Delivery delivery(String key, String json, int attempt) {
        return new Delivery(
                new ConsumerRecord<>(
                        "atelier.generation.requests",
                        0,
                        5,
                        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                        json.getBytes(StandardCharsets.UTF_8)),
                attempt,
                0,
                0);
    }
}
