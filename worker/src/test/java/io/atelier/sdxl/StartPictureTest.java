package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.vae.VaeTiling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures that begin with a picture, against those that diffusers drew with PyTorch from the same weights. */
class StartPictureTest {
    /** Float32 sums in another order move a few values over the edge between two bytes. */
    private static final int TOLERANCE = 1;

    private static final int LARGEST = 4;
    private static final double SHARE_WITHIN_TOLERANCE = 0.999;

    @TempDir
    private Path temp;

    static List<String> pictures() {
        List<String> names = new ArrayList<>();
        PictureFiles.json("pictures.json").fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void the_picture_is_the_one_that_diffusers_draws(String name) throws IOException {
        JsonNode golden = PictureFiles.json("pictures.json").get(name);
        RgbImage actual = draw(name, golden);
        RgbImage expected = PictureFiles.picture(name);
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(actual.height()).isEqualTo(expected.height());
        int within = 0;
        int largest = 0;
        for (int i = 0; i < expected.rgb().length; i++) {
            int difference = Math.abs((actual.rgb()[i] & 0xff) - (expected.rgb()[i] & 0xff));
            largest = Math.max(largest, difference);
            within += difference <= TOLERANCE ? 1 : 0;
        }
        assertThat(largest).isLessThanOrEqualTo(LARGEST);
        assertThat((double) within / expected.rgb().length).isGreaterThanOrEqualTo(SHARE_WITHIN_TOLERANCE);
    }

    @Test
    void where_nothing_is_masked_the_picture_stays_whatever_the_prompt_and_the_refiner() {
        RgbImage black = new RgbImage(8, 8, new byte[3 * 8 * 8]);
        StartImage start = new StartImage(PictureFiles.picture("start"), 0.9, Optional.of(black));
        List<RgbImage> drawn = new ArrayList<>();
        for (Refinement refinement :
                List.of(Refinement.none(), Refinement.ensemble(0.5), new Refinement.Image(0.5, 4, 6, 2.5))) {
            drawn.add(draw(
                    TinySdxl.pipeline(),
                    GenerationParameters.builder("a prompt for " + refinement)
                            .numInferenceSteps(5)
                            .refinement(refinement)
                            .start(start)
                            .build()));
        }
        assertThat(drawn.get(1).rgb()).isEqualTo(drawn.get(0).rgb());
        assertThat(drawn.get(2).rgb()).isEqualTo(drawn.get(0).rgb());
    }

    @Test
    void below_the_handover_only_the_refiner_draws() {
        List<Stage> heard = new ArrayList<>();
        GenerationParameters parameters = GenerationParameters.builder("a star")
                .numInferenceSteps(10)
                .refinement(Refinement.ensemble(0.5))
                .start(new StartImage(PictureFiles.picture("start"), 0.3, Optional.empty()))
                .build();
        TinySdxl.pipeline().generate(parameters, (stage, step, steps, elapsed) -> heard.add(stage));
        assertThat(heard).containsExactly(Stage.ENCODE_PROMPT, Stage.REFINER, Stage.REFINER, Stage.REFINER, Stage.VAE);
    }

    @Test
    void a_model_for_inpainting_draws_nothing_else() throws IOException {
        try (SdxlPipeline inpainting =
                SdxlPipeline.load(inpaintingModel(temp), Optional.empty(), TinySdxl.settings())) {
            assertUnsupported(inpainting, GenerationParameters.of("a star"), "mask_image");
        }
    }

    @Test
    void a_model_without_an_encoder_draws_from_noise_only() throws IOException {
        Path model = TinySdxl.copy(TinySdxl.base(), temp.resolve("base"));
        Files.delete(model.resolve("vae_encoder/model.onnx"));
        Files.delete(model.resolve("vae_encoder/config.json"));
        Files.delete(model.resolve("vae_encoder"));
        GenerationParameters small = GenerationParameters.builder("a star")
                .numInferenceSteps(1)
                .size(64, 64)
                .build();
        try (SdxlPipeline blind = SdxlPipeline.load(model, Optional.empty(), TinySdxl.settings())) {
            assertThat(draw(blind, small).width()).isEqualTo(64);
            StartImage start = new StartImage(PictureFiles.picture("start"), 1, Optional.empty());
            assertUnsupported(blind, small.toBuilder().start(start).build(), "vae_encoder");
        }
    }

    private static void assertUnsupported(SdxlPipeline pipeline, GenerationParameters parameters, String mentions) {
        assertThatThrownBy(() -> draw(pipeline, parameters))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining(mentions)
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    private RgbImage draw(String name, JsonNode golden) throws IOException {
        GenerationParameters parameters = parameters(golden);
        if (golden.path("tiled").asBoolean()) {
            VaeTiling always = new VaeTiling(OptionalLong.of(0));
            try (SdxlPipeline tiled =
                    SdxlPipeline.load(TinySdxl.base(), Optional.of(TinySdxl.refiner()), TinySdxl.settings(), always)) {
                return draw(tiled, parameters);
            }
        }
        if (name.startsWith("nine-channels")) {
            try (SdxlPipeline inpainting =
                    SdxlPipeline.load(inpaintingModel(temp), Optional.empty(), TinySdxl.settings())) {
                return draw(inpainting, parameters);
            }
        }
        return draw(TinySdxl.pipeline(), parameters);
    }

    private static RgbImage draw(SdxlPipeline pipeline, GenerationParameters parameters) {
        return pipeline.generate(parameters, StepListener.NONE).images().get(0);
    }

    /** The tiny model with a UNet of random weights that takes nine channels. */
    static Path inpaintingModel(Path temp) throws IOException {
        Path model = TinySdxl.copy(TinySdxl.base(), temp.resolve("inpainting"));
        for (String file : List.of("model.onnx", "config.json")) {
            Path target = model.resolve("unet").resolve(file);
            Files.delete(target);
            Files.write(target, PictureFiles.bytes("nine-channel-unet/" + file));
        }
        Path index = model.resolve("model_index.json");
        Files.writeString(
                index,
                Files.readString(index).replace("StableDiffusionXLPipeline", "StableDiffusionXLInpaintPipeline"));
        return model;
    }

    private static GenerationParameters parameters(JsonNode golden) {
        GenerationParameters.Builder builder = GenerationParameters.builder(
                        golden.get("prompt").asText())
                .seed(golden.get("seed").asLong())
                .numInferenceSteps(golden.get("steps").asInt())
                .guidanceScale(golden.path("guidance_scale").asDouble(5))
                .refinement(refinement(golden));
        if (golden.has("width")) {
            builder.size(golden.get("width").asInt(), golden.get("height").asInt());
        }
        if (golden.has("negative_prompt")) {
            builder.negativePrompt(golden.get("negative_prompt").asText());
        }
        if (golden.has("image")) {
            builder.start(new StartImage(
                    PictureFiles.picture(golden.get("image").asText()),
                    golden.get("strength").asDouble(),
                    Optional.ofNullable(golden.get("mask")).map(mask -> PictureFiles.picture(mask.asText()))));
        }
        return builder.build();
    }

    private static Refinement refinement(JsonNode golden) {
        double score = golden.path("aesthetic_score").asDouble(6);
        double negativeScore = golden.path("negative_aesthetic_score").asDouble(2.5);
        if (golden.has("switch_at")) {
            return new Refinement.Ensemble(golden.get("switch_at").asDouble(), score, negativeScore);
        }
        if (golden.has("refiner_strength")) {
            return new Refinement.Image(
                    golden.get("refiner_strength").asDouble(),
                    golden.get("refiner_steps").asInt(),
                    score,
                    negativeScore);
        }
        return Refinement.none();
    }
}
