package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.unet.LatentShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultsFileTest {
    private static final ModelDefaults USUAL = ModelDefaults.of(new ImageSize(1024, 1024));

    @TempDir
    private Path folder;

    @Test
    void everything_can_be_said() throws IOException {
        DefaultsFile file = file("{'native_size': {'width': 128, 'height': 96}, 'num_inference_steps': 20,"
                + " 'guidance_scale': 4.5, 'refiner': {'mode': 'ensemble', 'switch_at': 0.7},"
                + " 'preview': {'factors': [[1,0,0],[0,1,0],[0,0,1],[0,0,0]], 'bias': [0,0.5,1]}}");
        assertThat(file.over(USUAL))
                .isEqualTo(new ModelDefaults(new ImageSize(128, 96), 20, 4.5, Refinement.ensemble(0.7)));
        RgbImage pixel = file.preview().orElseThrow().toRgb(new float[] {-1, 0.5f, -3, 9}, new LatentShape(4, 1, 1));
        assertThat(pixel.rgb()).containsExactly(0, 255, 0);
    }

    @Test
    void what_is_not_said_stays_as_it_is() throws IOException {
        assertThat(file("{}").over(USUAL)).isEqualTo(USUAL);
        assertThat(file("{}").preview()).isEmpty();
        assertThat(DefaultsFile.read(ModelFolder.at(folder.getParent())).over(USUAL))
                .isEqualTo(USUAL);
        assertThat(file("{'refiner': {'mode': 'none'}}").over(USUAL).refinement())
                .isEqualTo(Refinement.none());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'native_size': {'width': 100, 'height': 96}}; says native_size.width 100",
                "{'native_size': {'width': 128}}; lacks native_size.height",
                "{'num_inference_steps': 0}; says num_inference_steps 0",
                "{'num_inference_steps': 2.5}; says num_inference_steps 2.5",
                "{'guidance_scale': -1}; says guidance_scale -1",
                "{'guidance_scale': NaN}; says guidance_scale",
                "{'refiner': {'mode': 'later'}}; says refiner.mode \"later\"",
                "{'refiner': {}}; lacks refiner.mode",
                "{'refiner': {'mode': 'ensemble', 'switch_at': 1}}; says refiner.switch_at 1",
                "{'preview': {'bias': [0,0,0]}}; lacks preview.factors",
                "{'preview': {'factors': [[1,0,0],[0,1],[0,0,1],[0,0,0]], 'bias': [0,0,0]}}; says preview.factors[1] [0,1]",
                "{'preview': {'factors': [[1,0,0],[0,1,0],[0,0,1],[0,0,0]], 'bias': [0,0,'x']}}; says preview.bias"
            })
    void a_wrong_field_is_named_with_its_file_and_value(String content, String complaint) throws IOException {
        DefaultsFile file = file(content);
        assertThatThrownBy(file::check)
                .isInstanceOf(GenerationException.class)
                .hasMessageContainingAll(folder.resolve("atelier.json").toString(), complaint, "needed: ")
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.MODEL_INVALID);
    }

    @Test
    void a_model_is_loaded_with_its_defaults_and_refused_with_wrong_ones() throws IOException {
        Path base = TinySdxl.copy(TinySdxl.base(), folder.resolve("base"));
        Files.writeString(base.resolve("atelier.json"), "{\"num_inference_steps\": 7}");
        try (SdxlPipeline pipeline = SdxlPipeline.load(base, Optional.empty(), TinySdxl.settings())) {
            assertThat(pipeline.model().defaults().numInferenceSteps()).isEqualTo(7);
            assertThat(pipeline.model().defaults().refinement()).isEqualTo(Refinement.none());
        }
        Files.writeString(base.resolve("atelier.json"), "{\"num_inference_steps\": \"seven\"}");
        assertThatThrownBy(() -> SdxlPipeline.load(base, Optional.empty(), TinySdxl.settings()))
                .hasMessageContaining("atelier.json says num_inference_steps \"seven\"");
    }

    private DefaultsFile file(String content) throws IOException {
        Files.writeString(folder.resolve("atelier.json"), content.replace('\'', '"'));
        return DefaultsFile.read(ModelFolder.at(folder));
    }
}
