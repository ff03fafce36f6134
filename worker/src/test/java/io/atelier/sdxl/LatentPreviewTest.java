package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.noise.TorchGenerator;
import io.atelier.sdxl.unet.LatentShape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what numpy computes (deploy/golden/make_previews.py). */
class LatentPreviewTest {
    private static final LatentPreview SDXL =
            LatentPreview.forScalingFactor(0.13025f).orElseThrow();

    static Stream<JsonNode> previews() {
        return StreamSupport.stream(Golden.json("previews.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("previews")
    void colours_are_the_linear_map_of_the_latents(JsonNode golden) {
        LatentShape shape = new LatentShape(
                4, golden.get("height").asInt(), golden.get("width").asInt());
        LatentPreview preview = golden.get("name").asText().equals("other")
                ? new LatentPreview(rows(golden.get("factors")), row(golden.get("bias")))
                : SDXL;
        RgbImage picture = preview.toRgb(Golden.floats(golden.get("latents")), shape);
        assertThat(picture.width()).isEqualTo(golden.get("rgb_width").asInt());
        assertThat(picture.height()).isEqualTo(golden.get("rgb_height").asInt());
        assertThat(unsigned(picture.rgb())).isEqualTo(integers(golden.get("rgb")));
    }

    /** Noise is what compresses least, and what the first steps look like. */
    @ParameterizedTest
    @ValueSource(ints = {64, 128, 256})
    void a_preview_of_noise_is_a_small_file_that_shows_the_whole(int side) throws IOException {
        LatentShape shape = new LatentShape(4, side, side);
        byte[] jpeg = SDXL.toJpeg(new TorchGenerator(1).normal(shape.size()), shape);
        assertThat(jpeg).hasSizeLessThan(LatentPreview.MOST_BYTES);
        assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()).isEqualTo(Math.min(side, 128));
    }

    @Test
    void nothing_is_known_of_other_autoencoders() {
        assertThat(LatentPreview.forScalingFactor(0.18215f)).isEmpty();
    }

    @Test
    void a_listener_can_preview_every_step_of_every_picture() {
        List<Integer> previewed = new ArrayList<>();
        StepListener listener = new StepListener() {
            @Override
            public void onLatents(Stage stage, LatentShape shape, List<float[]> latents) {
                RgbImage picture = SDXL.toRgb(latents.get(0), shape);
                previewed.add(picture.width() * picture.height());
            }

            @Override
            public void onStep(Stage stage, int step, int steps, Duration elapsed) {}
        };
        TinySdxl.pipeline()
                .generate(
                        GenerationParameters.builder("a star")
                                .size(64, 48)
                                .numInferenceSteps(4)
                                .refinement(Refinement.ensemble(0.5))
                                .build(),
                        listener);
        assertThat(previewed).containsExactly(48, 48, 48, 48);
    }

    private static double[][] rows(JsonNode json) {
        return StreamSupport.stream(json.spliterator(), false)
                .map(LatentPreviewTest::row)
                .toArray(double[][]::new);
    }

    private static double[] row(JsonNode json) {
        return StreamSupport.stream(json.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static int[] integers(JsonNode json) {
        return StreamSupport.stream(json.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    private static int[] unsigned(byte[] bytes) {
        int[] values = new int[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] & 0xff;
        }
        return values;
    }
}
