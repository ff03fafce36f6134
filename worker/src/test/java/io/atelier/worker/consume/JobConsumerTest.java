package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.testing.SettableClock;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two slots and one lane, and what becomes of jobs in hand. */
class JobConsumerTest {
    private static final Duration LOCK = Duration.ofMillis(600);
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final String REQUEST = "{\"input\":{\"prompt\":\"a red circle\"}}";

    private final FakeWorld world = new FakeWorld();
    private final FakeShareGroup group = new FakeShareGroup();
    private final Lane lane = new Lane();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T20:00:00Z"));
    private final AtomicReference<Optional<String>> sickness = new AtomicReference<>(Optional.empty());
    private final Fitness fitness = new Fitness(3, Duration.ofSeconds(30), clock, sickness::set);
    private final JobConsumer consumer = new JobConsumer(
            () -> group,
            List.of("requests"),
            0.1,
            handler(),
            fitness,
            () -> lane.run(world::warmUp),
            LOCK,
            GRACE,
            new JobObserver() {},
            clock);
    private final Thread loop = new Thread(consumer);

    private JobHandler handler() {
        return new JobHandler(
                new MessageCodec(new Topics("atelier."), URI.create("/test")),
                new RequestParser(RequestLimits.DEFAULT),
                world,
                lane,
                new ResultStore(world, Map.of("default", "generations")),
                world,
                new Cancellations(),
                new JobObserver() {},
                fitness,
                new RetryPolicy(10, Duration.ZERO, Duration.ofMinutes(1)),
                "worker-0",
                Clock.systemUTC());
    }

    @AfterEach
    void stop() throws InterruptedException {
        consumer.stop();
        consumer.stop();
        loop.join();
        lane.close();
    }

    @Test
    void the_next_job_is_drawn_while_the_one_before_is_stored() throws Exception {
        CountDownLatch secondIsDrawn = new CountDownLatch(2);
        world.whileDrawing = cancellation -> secondIsDrawn.countDown();
        world.whileStoring = () -> awaitLatch(secondIsDrawn);
        send(2);
        loop.start();

        assertThat(List.of(group.end(), group.end())).containsOnly(AcknowledgeType.ACCEPT);
        assertThat(world.diary.stream().filter("event SUCCEEDED"::equals)).hasSize(2);
    }

    @Test
    void no_more_is_taken_than_can_be_drawn_at_once_or_while_both_slots_are_taken() {
        CountDownLatch storing = new CountDownLatch(1);
        world.whileStoring = () -> awaitLatch(storing);
        send(5);
        loop.start();

        await().until(() -> group.taken == 2);
        int beats = group.beats;
        await().until(() -> group.beats > beats + 5);

        assertThat(group.taken).as("two are stored").isEqualTo(2);
        storing.countDown();
        await().until(() -> group.taken == 5);
    }

    @Test
    void nothing_is_asked_for_while_the_device_is_busy() {
        CountDownLatch drawing = new CountDownLatch(1);
        world.whileDrawing = cancellation -> awaitLatch(drawing);
        send(2);
        loop.start();

        await().until(() -> world.diary.contains("draw"));
        int beats = group.beats;
        await().until(() -> group.beats > beats + 5);

        assertThat(group.taken).isEqualTo(1);
        drawing.countDown();
        await().until(() -> group.taken == 2);
    }

    @Test
    void a_lock_is_renewed_as_long_as_the_job_takes() throws Exception {
        world.whileDrawing = cancellation -> await().until(() -> group.renewals >= 3);
        send(1);
        loop.start();

        assertThat(group.end()).isEqualTo(AcknowledgeType.ACCEPT);
    }

    @Test
    void a_job_whose_lock_is_lost_is_stopped_and_says_nothing_and_the_loop_goes_on() throws Exception {
        world.whileDrawing = cancellation -> {
            group.refusing = true;
            untilCancelled(cancellation);
        };
        send(1);
        loop.start();
        await().until(() -> world.diary.contains("stopped"));
        group.refusing = false;
        world.whileDrawing = cancellation -> {};
        send(1);

        assertThat(group.end()).isEqualTo(AcknowledgeType.ACCEPT);
        assertThat(world.diary.stream().filter("event SUCCEEDED"::equals)).hasSize(1);
    }

    @Test
    void a_stopping_worker_finishes_what_it_has_and_takes_nothing_more() throws Exception {
        CountDownLatch drawing = new CountDownLatch(1);
        world.whileDrawing = cancellation -> awaitLatch(drawing);
        send(2);
        loop.start();
        await().until(() -> world.diary.contains("draw"));

        consumer.stop();
        drawing.countDown();

        assertThat(group.end()).isEqualTo(AcknowledgeType.ACCEPT);
        loop.join();
        assertThat(group.taken).isEqualTo(1);
        assertThat(group.closed).isTrue();
    }

    @Test
    void when_the_grace_period_is_over_the_job_is_handed_back() throws Exception {
        world.whileDrawing = this::untilCancelled;
        send(1);
        loop.start();
        await().until(() -> world.diary.contains("draw"));

        consumer.stop();
        clock.pass(GRACE);

        assertThat(group.end()).isEqualTo(AcknowledgeType.RELEASE);
        loop.join();
    }

    @Test
    void a_second_stop_hands_the_job_back_at_once() throws Exception {
        world.whileDrawing = this::untilCancelled;
        send(1);
        loop.start();
        await().until(() -> world.diary.contains("draw"));

        consumer.stop();
        consumer.stop();

        assertThat(group.end()).isEqualTo(AcknowledgeType.RELEASE);
        loop.join();
    }

    @Test
    void a_sick_worker_takes_nothing_until_it_has_drawn_a_small_picture() throws Exception {
        world.deviceLost = true;
        send(4);
        loop.start();
        await().until(() -> sickness.get().isPresent());
        assertThat(sickness.get())
                .hasValueSatisfying(reason -> assertThat(reason).contains("inference_failed"));
        assertThat(List.of(group.end(), group.end(), group.end())).containsOnly(AcknowledgeType.RELEASE);
        assertThat(group.taken).isEqualTo(3);

        clock.pass(Duration.ofSeconds(31));
        await().until(() -> world.diary.contains("warm up"));
        assertThat(sickness.get()).as("the test failed").isPresent();
        world.deviceLost = false;
        clock.pass(Duration.ofSeconds(31));

        assertThat(group.end()).isEqualTo(AcknowledgeType.ACCEPT);
        assertThat(sickness.get()).isEmpty();
    }

    private void untilCancelled(Cancellation cancellation) {
        await().until(cancellation::isCancelled);
        world.diary.add("stopped");
        throw new CancellationException();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            group.send("requests", REQUEST);
        }
    }
}
