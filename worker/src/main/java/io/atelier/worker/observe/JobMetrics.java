package io.atelier.worker.observe;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.Timings;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.JobWatch;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Counts and times jobs. Labels have few values, known beforehand: outcomes, codes and stages, never ids.
 *
 * <p>The README's table of metrics lists all of them.
 */
public final class JobMetrics implements JobObserver {
    private static final String NO_CODE = "none";
    private static final Duration[] SHORT = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000);
    private static final Duration[] LONG =
            millis(5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 300_000);
    private static final Duration[] WAITS =
            millis(50, 100, 200, 500, 1000, 5000, 20_000, 60_000, 300_000, 1_800_000, 7_200_000);

    private final MeterRegistry meters;
    private final Clock clock;
    private final LaneUse lane;
    private final AtomicInteger inHand = new AtomicInteger();

    /** @param nanoTime a clock that only moves forward */
    public JobMetrics(MeterRegistry meters, Clock clock, LongSupplier nanoTime) {
        this.meters = meters;
        this.clock = clock;
        this.lane = new LaneUse(nanoTime);
        FunctionCounter.builder("atelier.lane.busy", lane, LaneUse::busySeconds)
                .baseUnit("seconds")
                .register(meters);
        meters.gauge("atelier.jobs.in.hand", inHand);
    }

    @Override
    public JobWatch taken(Delivery delivery, Generation read) {
        inHand.incrementAndGet();
        if (delivery.attempt() > 1) {
            meters.counter("atelier.redeliveries").increment();
        }
        return new Watch(read);
    }

    @Override
    public void renewed(boolean granted) {
        meters.counter("atelier.lock.renewals", "result", granted ? "ok" : "refused")
                .increment();
    }

    private final class Watch implements JobWatch {
        private final Generation read;

        Watch(Generation read) {
            this.read = read;
        }

        @Override
        public void started(Generation started) {
            Long queueMs = started.timings().queueMs();
            if (queueMs != null) {
                timer("atelier.queue", WAITS).record(Duration.ofMillis(queueMs));
            }
        }

        @Override
        public void drawingBegan() {
            lane.began().ifPresent(idle -> timer("atelier.lane.gap", SHORT).record(shorter(idle, age())));
        }

        /** The lane can only be late for a job that is there. */
        private Duration age() {
            Duration age = Duration.between(read.createdAt(), clock.instant());
            return age.isNegative() ? Duration.ZERO : age;
        }

        @Override
        public void drawingEnded() {
            lane.ended();
        }

        @Override
        public void ended(Generation ended) {
            boolean ours = ended.attempt() == read.attempt() && Objects.equals(ended.worker(), read.worker());
            count(
                    ours ? ended.status().wireName() : "repeated",
                    Optional.ofNullable(ended.error()).map(GenerationError::code));
            if (ours && ended.timings() != null) {
                times(ended.timings());
            }
        }

        @Override
        public void handedBack(Optional<ErrorCode> failure) {
            count(failure.isPresent() ? "retried" : "handed_back", failure);
        }

        private void count(String outcome, Optional<ErrorCode> code) {
            inHand.decrementAndGet();
            meters.counter(
                            "atelier.jobs",
                            "outcome",
                            outcome,
                            "code",
                            code.map(ErrorCode::wireName).orElse(NO_CODE))
                    .increment();
        }
    }

    private void times(Timings timings) {
        time("encode_prompt", timings.encodePromptMs());
        time("base", timings.baseMs());
        time("refiner", timings.refinerMs());
        time("vae", timings.vaeMs());
        time("encode", timings.encodeMs());
        time("upload", timings.uploadMs());
        time("total", timings.totalMs());
    }

    private void time(String stage, Long millis) {
        if (millis != null) {
            timer("atelier.stage", LONG, "stage", stage).record(Duration.ofMillis(millis));
        }
    }

    private Timer timer(String name, Duration[] buckets, String... labels) {
        return Timer.builder(name).serviceLevelObjectives(buckets).tags(labels).register(meters);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration[] millis(long... millis) {
        return Arrays.stream(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
