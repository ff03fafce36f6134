package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.sdxl.GoldenModels.OpenModel;
import io.atelier.sdxl.textencoder.PromptEmbeddings;
import io.atelier.sdxl.unet.AddedConditions;
import io.atelier.sdxl.unet.LatentShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far our picture is from the one that diffusers drew, stage by stage: one row of the table.
 *
 * @param wrongIds    texts whose token ids differ
 * @param wrongTimes  stages whose time ids differ
 * @param embeddings  largest error of the embeddings, pooled ones included
 * @param onTheWay    largest error of the latents after any step, relative to the largest of them where it is above 1
 * @param latents     largest error of the latents after the last step
 */
record Fidelity(
        String name,
        List<String> wrongIds,
        List<Stage> wrongTimes,
        double embeddings,
        int steps,
        double onTheWay,
        double latents,
        PictureDifference picture) {
    private static final Map<Stage, String> STAGES =
            new EnumMap<>(Map.of(Stage.BASE, "base", Stage.REFINER, "refiner"));

    static Fidelity of(GoldenCase golden, OpenModel model) {
        GenerationParameters parameters = model.parts().description().complete(golden.parameters());
        Watcher watcher = new Watcher(golden);
        RgbImage actual =
                model.pipeline().generate(parameters, watcher).images().get(golden.index());
        List<Stage> wrongTimes = new ArrayList<>();
        double embeddings = 0;
        for (Stage stage : STAGES.keySet()) {
            JsonNode expected = expected(golden, stage);
            if (!expected.isMissingNode()) {
                embeddings = Math.max(embeddings, embeddingsError(expected, parameters, model, stage));
                if (!hasTimeIds(expected.get("time_ids"), timeIds(parameters, stage))) {
                    wrongTimes.add(stage);
                }
            }
        }
        return new Fidelity(
                golden.name(),
                wrongIds(golden, model),
                wrongTimes,
                embeddings,
                watcher.compared,
                watcher.onTheWay,
                watcher.last,
                PictureDifference.between(actual, golden.picture()));
    }

    private static JsonNode expected(GoldenCase golden, Stage stage) {
        return golden.expected().path("stages").path(STAGES.get(stage));
    }

    private static List<String> wrongIds(GoldenCase golden, OpenModel model) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode text : golden.expected().get("texts")) {
            long[] ids = model.tokenizers()
                    .get(text.get("tokenizer").asText())
                    .tokenize(text.get("text").asText())
                    .ids();
            long[] expected = new long[text.get("ids").size()];
            Arrays.setAll(expected, i -> text.get("ids").get(i).asLong());
            if (!Arrays.equals(ids, expected)) {
                wrong.add(text.get("text").asText());
            }
        }
        return wrong;
    }

    private static double embeddingsError(
            JsonNode expected, GenerationParameters parameters, OpenModel model, Stage stage) {
        DiffusionModel half = stage == Stage.BASE
                ? model.parts().base()
                : model.parts().refiner().orElseThrow();
        try (OrtRun run = model.sessions().newRun()) {
            PromptEmbeddings prompts = half.encode(parameters, run);
            return Math.max(
                    GoldenSample.of(expected.get("embeds"))
                            .largestError(prompts.promptEmbeds().toArray()),
                    GoldenSample.of(expected.get("pooled"))
                            .largestError(prompts.pooledPromptEmbeds().toArray()));
        }
    }

    private static FloatTensor timeIds(GenerationParameters parameters, Stage stage) {
        MicroConditions conditions = parameters.microConditions();
        ImageSize size = parameters.size().orElseThrow();
        if (stage == Stage.BASE) {
            return AddedConditions.withTargetSize(conditions, size, parameters.isGuided());
        }
        Refinement refinement = parameters.refinement().orElseThrow();
        Optional<Refinement.Ensemble> ensemble = refinement.asEnsemble();
        Optional<Refinement.Image> image = refinement.asImage();
        return AddedConditions.withAestheticScore(
                conditions,
                size,
                ensemble.map(Refinement.Ensemble::aestheticScore)
                        .orElseGet(() -> image.orElseThrow().aestheticScore()),
                ensemble.map(Refinement.Ensemble::negativeAestheticScore)
                        .orElseGet(() -> image.orElseThrow().negativeAestheticScore()),
                parameters.isGuided());
    }

    private static boolean hasTimeIds(JsonNode rows, FloatTensor actual) {
        List<Float> expected = new ArrayList<>();
        rows.forEach(row -> row.forEach(value -> expected.add((float) value.asDouble())));
        List<Float> ours = new ArrayList<>();
        for (float value : actual.toArray()) {
            ours.add(value);
        }
        return ours.equals(expected);
    }

    /** Compares the latents of one of the pictures with the expected ones, step by step. */
    private static final class Watcher implements StepListener {
        private final GoldenCase golden;
        private final Map<Stage, Integer> calls = new EnumMap<>(Stage.class);
        private final int batch;
        private int drawn;
        private int compared;
        private double onTheWay;
        private double last;

        Watcher(GoldenCase golden) {
            this.golden = golden;
            this.batch = golden.model().equals("batching") ? 2 : 1;
        }

        @Override
        public void onLatents(Stage stage, LatentShape shape, List<float[]> latents) {
            int inBatch = golden.index() - drawn;
            if (inBatch < 0 || inBatch >= latents.size()) {
                return;
            }
            JsonNode expected = expected(golden, stage).get("latents");
            int call = calls.merge(stage, 1, Integer::sum) - 1;
            if (call >= expected.size()) {
                throw new AssertionError("More calls of the UNet in the stage " + stage + " than " + expected.size());
            }
            GoldenSample sample = GoldenSample.of(expected.get(call));
            onTheWay = Math.max(onTheWay, sample.largestRelativeError(latents.get(inBatch)));
            last = sample.largestError(latents.get(inBatch));
            compared++;
        }

        @Override
        public void onStep(Stage stage, int step, int steps, Duration elapsed) {
            if (stage == Stage.VAE && step > 0) {
                drawn += batch; // all pictures before have been denoised
            }
        }
    }
}
