package io.atelier.gateway.workers;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.Capabilities;
import io.atelier.job.WorkerStatus.State;
import java.time.Instant;
import java.util.List;

/** Workers as they tell of themselves. */
public final class Heartbeats {
    public static final long INTERVAL_MS = 5000;
    static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    private Heartbeats() {}

    /** With a refiner and a VAE encoder, and half of what the contract's defaults allow. */
    public static WorkerStatus worker(String id, String model, State state, Instant at) {
        return worker(id, model, state, at, capable(true, true, false));
    }

    static WorkerStatus worker(String id, String model, State state, Instant at, Capabilities capabilities) {
        return new WorkerStatus(
                id,
                model,
                "sha256:" + "a".repeat(64),
                "cpu",
                0,
                state,
                state == State.SICK ? "out_of_memory 3 times in a row" : null,
                state == State.BUSY ? List.of(new GenerationId("in-hand")) : List.of(),
                capabilities,
                START,
                at,
                INTERVAL_MS,
                "1.0");
    }

    static Capabilities capable(boolean refiner, boolean startImages, boolean onlyInpaints) {
        return new Capabilities(
                1024,
                1024,
                1024,
                1_048_576,
                75,
                4,
                List.of("euler", "ddim"),
                refiner,
                startImages,
                onlyInpaints,
                new WorkerStatus.Defaults(
                        30,
                        5.0,
                        "euler",
                        "default",
                        "leading",
                        new GenerationInput.Refiner("none", null, null, null, null, null)));
    }
}
