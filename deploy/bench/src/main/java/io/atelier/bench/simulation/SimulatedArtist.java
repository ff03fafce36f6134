package io.atelier.bench.simulation;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.message.RequestLimits;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StageTimings;
import io.atelier.sdxl.StepListener;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.draw.Drawing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands in for a model on a device: it takes its time, tells of each step, stops when cancelled, and gives a small picture
 * that the seed alone decides. The prompt can ask for more, see {@link Script}.
 */
public final class SimulatedArtist implements Artist {
    public static final String MODEL = "simulated";

    private static final int STEPS = 20;
    private static final int SIDE = 32;
    /** How late a cancellation may be noticed. */
    private static final long NAP_NANOS = 10_000_000;

    private final Duration usualTime;
    private final DrawLog log;

    /**
     * @param usualTime for pictures whose prompt asks for none
     * @param log       closed with the artist
     */
    public SimulatedArtist(Duration usualTime, DrawLog log) {
        this.usualTime = usualTime;
        this.log = log;
    }

    @Override
    public String modelName() {
        return MODEL;
    }

    @Override
    public String modelDigest() {
        return "sha256:" + "0".repeat(64);
    }

    @Override
    public WorkerStatus.Capabilities capabilities(RequestLimits limits) {
        return new WorkerStatus.Capabilities(
                SIDE,
                SIDE,
                limits.maxSide(),
                limits.maxPixels(),
                limits.maxSteps(),
                limits.maxImages(),
                List.of(),
                false,
                false,
                false);
    }

    /** The pipeline's parameters carry the id in the place of the second prompt, so that draws can be counted by it. */
    @Override
    public Commission accept(GenerationInput input, GenerationId id) {
        GenerationParameters.Builder parameters = GenerationParameters.builder(input.prompt())
                .prompt2(id.value())
                .seed(input.seed() == null ? id.seed() : input.seed());
        if (input.numImages() != null) {
            parameters.numImages(input.numImages());
        }
        return new Commission(input, parameters.build());
    }

    @Override
    public void warmUp() {
        // Always warm.
    }

    @Override
    public Drawing draw(Commission commission, StepListener listener, Cancellation cancellation) {
        GenerationParameters parameters = commission.parameters();
        String id = parameters.prompt2().orElseThrow();
        Script script = Script.of(parameters.prompt());
        log.started(id);
        boolean finished = false;
        try {
            script.misbehave();
            Duration time = script.time().orElse(usualTime);
            takeTime(time, listener, cancellation);
            finished = true;
            return drawing(parameters, time);
        } finally {
            log.ended(id, finished);
        }
    }

    /** Keeps to the schedule from the beginning on, so that late wake-ups do not add up. */
    private static void takeTime(Duration time, StepListener listener, Cancellation cancellation) {
        long start = System.nanoTime();
        for (int step = 1; step <= STEPS; step++) {
            sleepUntil(start + time.toNanos() * step / STEPS, listener, cancellation);
            listener.onStep(Stage.BASE, step, STEPS, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static void sleepUntil(long end, StepListener listener, Cancellation cancellation) {
        long left;
        do {
            if (cancellation.isCancelled() || listener.isCancelled()) {
                throw new CancellationException("The simulated device was told to stop");
            }
            left = end - System.nanoTime();
            LockSupport.parkNanos(Math.min(left, NAP_NANOS));
        } while (left > 0);
    }

    private static Drawing drawing(GenerationParameters parameters, Duration time) {
        List<Drawing.Picture> pictures = new ArrayList<>();
        for (int i = 0; i < parameters.numImages(); i++) {
            long seed = parameters.seed() + i;
            pictures.add(new Drawing.Picture(picture(seed), seed, "simulated, Seed: " + seed));
        }
        StageTimings timings = new StageTimings(Duration.ZERO, time, Duration.ZERO, Duration.ZERO);
        return new Drawing(pictures, timings, List.of());
    }

    private static RgbImage picture(long seed) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        new Random(seed).nextBytes(rgb);
        return new RgbImage(SIDE, SIDE, rgb);
    }

    @Override
    public void close() {
        log.close();
    }
}
