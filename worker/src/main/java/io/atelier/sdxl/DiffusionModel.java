package io.atelier.sdxl;

import io.atelier.error.GenerationException;
import io.atelier.ort.OrtRun;
import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.scheduler.SchedulerConfig;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.textencoder.PromptEmbeddings;
import io.atelier.sdxl.textencoder.PromptEncoder;
import io.atelier.sdxl.textencoder.PromptTexts;
import io.atelier.sdxl.unet.UNet;

/** One of the two halves of SDXL, base or refiner: what it reads prompts with, its UNet and how that was trained. */
record DiffusionModel(PromptEncoder promptEncoder, UNet unet, SchedulerConfig schedulerConfig) {

    PromptEmbeddings encode(GenerationParameters parameters, OrtRun run) {
        return promptEncoder.encode(
                PromptTexts.of(parameters),
                parameters.isGuided(),
                parameters.clipSkip().orElse(0),
                run);
    }

    /**
     * @param parameters with all defaults filled in
     * @throws GenerationException UNSUPPORTED if there is no such scheduler
     */
    Scheduler scheduler(GenerationParameters parameters) {
        return scheduler(parameters, parameters.steps());
    }

    /** As {@link #scheduler(GenerationParameters)}, for other steps. */
    Scheduler scheduler(GenerationParameters parameters, InferenceSteps steps) {
        SchedulerConfig config = schedulerConfig
                .withSigmaSchedule(parameters.sigmaSchedule().orElseThrow())
                .withTimestepSpacing(parameters.timestepSpacing().orElseThrow());
        config = parameters.solverType().map(config::withSolverType).orElse(config);
        return Schedulers.create(parameters.scheduler().orElseThrow(), config, steps, parameters.eta());
    }

    int numTrainTimesteps() {
        return schedulerConfig.numTrainTimesteps();
    }
}
