package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole pictures against those that diffusers drew with PyTorch, from the same weights. */
class GoldenPictureTest {
    /** Float32 sums in another order move a few values over the edge between two bytes. */
    private static final int TOLERANCE = 1;

    private static final double SHARE_WITHIN_TOLERANCE = 0.999;

    static List<String> pictures() {
        List<String> names = new ArrayList<>();
        Golden.json("pictures.json").fieldNames().forEachRemaining(names::add);
        return names;
    }

    static List<String> weightedPictures() {
        List<String> names = new ArrayList<>();
        Golden.json("weighted-pictures.json").fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void the_picture_is_the_one_that_diffusers_draws(String name) {
        assertDraws(name, parameters(Golden.json("pictures.json").get(name)).build());
    }

    @ParameterizedTest
    @MethodSource("weightedPictures")
    void the_picture_is_the_one_that_diffusers_draws_from_weighted_embeddings(String name) {
        assertDraws(
                name,
                parameters(Golden.json("weighted-pictures.json").get(name))
                        .promptSyntax(PromptSyntax.WEIGHTED)
                        .build());
    }

    private static void assertDraws(String name, GenerationParameters parameters) {
        RgbImage actual = TinySdxl.pipeline()
                .generate(parameters, StepListener.NONE)
                .images()
                .get(0);
        RgbImage expected = Golden.picture(name);
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(actual.height()).isEqualTo(expected.height());
        assertThat(shareWithinTolerance(actual.rgb(), expected.rgb())).isGreaterThanOrEqualTo(SHARE_WITHIN_TOLERANCE);
    }

    private static double shareWithinTolerance(byte[] actual, byte[] expected) {
        int within = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Math.abs((actual[i] & 0xff) - (expected[i] & 0xff)) <= TOLERANCE) {
                within++;
            }
        }
        return (double) within / expected.length;
    }

    private static GenerationParameters.Builder parameters(JsonNode golden) {
        GenerationParameters.Builder builder = GenerationParameters.builder(
                        golden.get("prompt").asText())
                .seed(golden.get("seed").asLong())
                .numInferenceSteps(golden.get("steps").asInt())
                .size(golden.path("width").asInt(128), golden.path("height").asInt(128))
                .guidanceScale(golden.path("guidance_scale").asDouble(5))
                .guidanceRescale(golden.path("guidance_rescale").asDouble(0))
                .timestepSpacing(TimestepSpacing.valueOf(upper(golden, "spacing", "leading")))
                .sigmaSchedule(SigmaSchedule.valueOf(upper(golden, "sigmas", "default")))
                .refinement(refinement(golden))
                .microConditions(microConditions(golden));
        text(golden, "prompt_2").ifPresent(builder::prompt2);
        text(golden, "negative_prompt").ifPresent(builder::negativePrompt);
        text(golden, "negative_prompt_2").ifPresent(builder::negativePrompt2);
        if (golden.has("clip_skip")) {
            builder.clipSkip(golden.get("clip_skip").asInt());
        }
        return builder;
    }

    private static Refinement refinement(JsonNode golden) {
        if (!golden.has("switch_at")) {
            return Refinement.none();
        }
        return new Refinement.Ensemble(
                golden.get("switch_at").asDouble(),
                golden.path("aesthetic_score").asDouble(6),
                golden.path("negative_aesthetic_score").asDouble(2.5));
    }

    private static MicroConditions microConditions(JsonNode golden) {
        return new MicroConditions(
                size(golden, "original_size"),
                crop(golden, "crop"),
                size(golden, "target_size"),
                size(golden, "negative_original_size"),
                crop(golden, "negative_crop"),
                size(golden, "negative_target_size"));
    }

    private static Optional<PixelSize> size(JsonNode golden, String key) {
        return golden.has(key)
                ? Optional.of(new PixelSize(
                        golden.get(key).get(0).asInt(), golden.get(key).get(1).asInt()))
                : Optional.empty();
    }

    private static CropOffset crop(JsonNode golden, String key) {
        return golden.has(key)
                ? new CropOffset(
                        golden.get(key).get(0).asInt(), golden.get(key).get(1).asInt())
                : CropOffset.NONE;
    }

    private static Optional<String> text(JsonNode golden, String key) {
        return golden.has(key) ? Optional.of(golden.get(key).asText()) : Optional.empty();
    }

    private static String upper(JsonNode golden, String key, String otherwise) {
        return golden.path(key).asText(otherwise).toUpperCase(Locale.ROOT);
    }
}
