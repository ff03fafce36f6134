package io.atelier.bench;

import io.atelier.ort.ExecutionSettings;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.Refinement;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.StepListener;
import java.nio.file.Path;
import java.util.Optional;

/** What all programs here draw, read from their first five arguments: base folder, side in pixels, steps, guidance, threads. */
record DrawingTask(Path base, int side, int steps, double guidanceScale, int threads) {
    static final String USAGE = "BASE_FOLDER SIDE STEPS GUIDANCE THREADS";

    static DrawingTask of(String[] args) {
        if (args.length < 5) {
            throw new IllegalArgumentException("Arguments needed: " + USAGE);
        }
        return new DrawingTask(
                Path.of(args[0]),
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                Double.parseDouble(args[3]),
                Integer.parseInt(args[4]));
    }

    SdxlPipeline load() {
        return SdxlPipeline.load(base, Optional.empty(), ExecutionSettings.cpu().withIntraOpThreads(threads));
    }

    /** Milliseconds for one picture. */
    double draw(SdxlPipeline pipeline, long seed) {
        GenerationParameters parameters = GenerationParameters.builder("a big red circle on a yellow background")
                .size(side, side)
                .numInferenceSteps(steps)
                .guidanceScale(guidanceScale)
                .seed(seed)
                .refinement(Refinement.none())
                .build();
        long start = System.nanoTime();
        pipeline.generate(parameters, StepListener.NONE);
        return (System.nanoTime() - start) / 1e6;
    }
}
