package io.atelier.sdxl.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.ModelDefaults;
import io.atelier.sdxl.ModelDescription;
import io.atelier.sdxl.Refinement;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InfotextFormatterTest {
    private static final ModelDescription MODEL = new ModelDescription(
            "StableDiffusionXLPipeline",
            new ModelDefaults(new ImageSize(1024, 1024), 30, 5, Refinement.ensemble(0.8)),
            Optional.empty(),
            true,
            List.of("euler"),
            "euler",
            SigmaSchedule.DEFAULT,
            TimestepSpacing.LEADING,
            "sha256:0123456789abcdef",
            true,
            false);

    @Test
    void a_plain_request_is_written_in_two_lines() {
        GenerationParameters parameters = GenerationParameters.builder("a red circle")
                .refinement(Refinement.none())
                .build();
        assertThat(InfotextFormatter.format(parameters, 42, MODEL, "sdxl"))
                .isEqualTo("a red circle\n"
                        + "Steps: 30, Sampler: Euler, Schedule type: Automatic, CFG scale: 5, Seed: 42, "
                        + "Size: 1024x1024, Model hash: 0123456789, Model: sdxl, RNG: CPU, Version: Atelier");
    }

    @Test
    void negative_prompt_schedule_and_refiner_are_added() {
        GenerationParameters parameters = GenerationParameters.builder("a red circle")
                .negativePrompt("blue")
                .sigmaSchedule(SigmaSchedule.KARRAS)
                .guidanceScale(7.5)
                .size(64, 96)
                .build();
        assertThat(InfotextFormatter.format(parameters, 1, MODEL, "sdxl, mine"))
                .contains("\nNegative prompt: blue\n")
                .contains("Schedule type: Karras, CFG scale: 7.5")
                .contains("Size: 64x96")
                .contains("Model: \"sdxl, mine\"")
                .contains("Refiner: \"sdxl, mine refiner\", Refiner switch at: 0.8");
    }
}
