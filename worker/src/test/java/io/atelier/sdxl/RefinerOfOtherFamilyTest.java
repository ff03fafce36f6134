package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Euler's latents have another scale than DDIM's, so a refiner that goes on with its own algorithm would take them wrong. Ours
 * goes on with the base's, whatever class its folder names: the picture is the one that diffusers draws with Euler for both.
 */
class RefinerOfOtherFamilyTest {
    private static final String CONFIG = "scheduler/scheduler_config.json";

    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"DDIMScheduler", "DPMSolverMultistepScheduler"})
    void a_refiner_that_was_published_with_another_algorithm_takes_over_all_the_same(String theirs) throws IOException {
        Path refiner = TinySdxl.copy(TinySdxl.refiner(), temp.resolve("refiner"));
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = (ObjectNode) mapper.readTree(refiner.resolve(CONFIG).toFile());
        mapper.writeValue(refiner.resolve(CONFIG).toFile(), config.put("_class_name", theirs));
        GoldenCase golden = GoldenCase.all().stream()
                .filter(one -> one.name().equals("ensemble"))
                .findFirst()
                .orElseThrow();

        try (SdxlPipeline pipeline = SdxlPipeline.load(TinySdxl.base(), Optional.of(refiner), TinySdxl.settings())) {
            byte[] drawn = pipeline.generate(golden.parameters(), StepListener.NONE)
                    .images()
                    .get(0)
                    .rgb();
            byte[] expected = golden.picture().rgb();
            assertThat(drawn).hasSameSizeAs(expected);
            for (int i = 0; i < drawn.length; i++) {
                assertThat(Math.abs((drawn[i] & 0xff) - (expected[i] & 0xff))).isLessThanOrEqualTo(1);
            }
        }
    }
}
