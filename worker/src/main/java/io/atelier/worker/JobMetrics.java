package io.atelier.worker;

import io.atelier.job.Generation;
import io.atelier.job.Timings;
import io.atelier.worker.consume.JobObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/** Counts and times jobs. */
final class JobMetrics implements JobObserver {
    private final MeterRegistry meters;

    JobMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void started(Generation generation) {
        time("queue", generation.timings().queueMs());
    }

    @Override
    public void ended(Generation generation) {
        String code =
                generation.error() == null ? "none" : generation.error().code().wireName();
        meters.counter("atelier.generations", "status", generation.status().wireName(), "code", code)
                .increment();
        Timings timings = generation.timings();
        if (timings != null) {
            time("encode_prompt", timings.encodePromptMs());
            time("base", timings.baseMs());
            time("refiner", timings.refinerMs());
            time("vae", timings.vaeMs());
            time("encode", timings.encodeMs());
            time("upload", timings.uploadMs());
            time("total", timings.totalMs());
        }
    }

    private void time(String stage, Long millis) {
        if (millis != null) {
            meters.timer("atelier.stage", "stage", stage).record(Duration.ofMillis(millis));
        }
    }
}
