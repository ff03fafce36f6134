package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that begin with a picture, beyond the golden ones. */
class StartPictureTest {
    @TempDir
    private Path temp;

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
                SdxlPipeline.load(TinySdxl.inpaintingModel(temp), Optional.empty(), TinySdxl.settings())) {
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

    private static RgbImage draw(SdxlPipeline pipeline, GenerationParameters parameters) {
        return pipeline.generate(parameters, StepListener.NONE).images().get(0);
    }
}
