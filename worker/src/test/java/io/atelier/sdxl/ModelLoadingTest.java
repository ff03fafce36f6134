package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.ExecutionProvider;
import io.atelier.ort.ExecutionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLoadingTest {
    @TempDir
    private Path temp;

    private Path base;

    @BeforeEach
    void copyModel() {
        base = TinySdxl.copy(TinySdxl.base(), temp.resolve("base"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model_index.json",
                "scheduler/scheduler_config.json",
                "tokenizer/vocab.json",
                "tokenizer/merges.txt",
                "tokenizer/tokenizer_config.json",
                "tokenizer_2/vocab.json",
                "text_encoder/config.json",
                "text_encoder/model.onnx",
                "text_encoder_2/model.onnx",
                "unet/config.json",
                "unet/model.onnx",
                "vae_decoder/config.json",
                "vae_decoder/model.onnx"
            })
    void a_missing_file_is_named(String file) throws IOException {
        Files.delete(base.resolve(file));
        assertInvalid(base, Optional.empty(), base.resolve(file).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduler", "tokenizer", "text_encoder_2", "unet", "vae_decoder"})
    void a_missing_folder_is_named(String folder) throws IOException {
        delete(base.resolve(folder));
        assertInvalid(base, Optional.empty(), base.resolve(folder).toString());
    }

    @Test
    void a_model_folder_that_is_not_there_is_named() {
        assertInvalid(temp.resolve("nowhere"), Optional.empty(), "nowhere");
        assertInvalid(base, Optional.of(temp.resolve("no-refiner")), "no-refiner");
    }

    @Test
    void a_file_that_is_not_json_is_named() throws IOException {
        Files.writeString(base.resolve("vae_decoder/config.json"), "{\"scaling_factor\": 0.1");
        assertInvalid(base, Optional.empty(), "vae_decoder/config.json", "not JSON");
    }

    @Test
    void a_graph_that_is_damaged_is_named() throws IOException {
        Files.delete(base.resolve("text_encoder/model.onnx"));
        Files.writeString(base.resolve("text_encoder/model.onnx"), "no graph at all");
        assertInvalid(base, Optional.empty(), "text_encoder/model.onnx", "cannot load");
    }

    @Test
    void a_file_that_git_lfs_did_not_fetch_is_named() throws IOException {
        Files.delete(base.resolve("unet/model.onnx"));
        Files.writeString(base.resolve("unet/model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0");
        assertInvalid(base, Optional.empty(), "unet/model.onnx", "Git LFS pointer");
    }

    @Test
    void a_graph_with_the_wrong_inputs_is_named_with_the_input() throws IOException {
        replace("vae_decoder/model.onnx", "text_encoder/model.onnx");
        assertInvalid(base, Optional.empty(), "vae_decoder/model.onnx", "\"latent_sample\"");
    }

    @Test
    void a_unet_for_other_text_encoders_is_refused_with_both_numbers() throws IOException {
        Files.delete(base.resolve("unet/model.onnx"));
        TinySdxl.linkOrCopy(TinySdxl.refiner().resolve("unet/model.onnx"), base.resolve("unet/model.onnx"));
        assertInvalid(base, Optional.empty(), "unet/model.onnx", "takes 64", "gives 112");
    }

    @ParameterizedTest
    @CsvSource({"2, tells of 2 layers only", "9, the state before the last of the 9 layers"})
    void a_configuration_with_another_number_of_layers_than_the_graph_is_refused(int layers, String complaint)
            throws IOException {
        setLayers("text_encoder", layers);
        assertInvalid(base, Optional.empty(), "text_encoder/model.onnx", "hidden_states.", complaint);
    }

    @Test
    void a_second_encoder_without_pooled_text_is_refused() throws IOException {
        replace("text_encoder_2/model.onnx", "text_encoder/model.onnx");
        Files.copy(
                base.resolve("text_encoder/config.json"),
                base.resolve("text_encoder_2/config.json"),
                StandardCopyOption.REPLACE_EXISTING);
        assertInvalid(base, Optional.empty(), "text_encoder_2/model.onnx", "text_embeds");
    }

    @Test
    void external_data_that_is_not_there_is_named() throws IOException {
        Path variant = TinySdxl.variant("external-data").resolve("base/unet");
        Files.delete(base.resolve("unet/model.onnx"));
        Files.copy(variant.resolve("model.onnx"), base.resolve("unet/model.onnx"));
        assertInvalid(base, Optional.empty(), "unet/model.onnx", "model.onnx_data");
    }

    @Test
    void a_refiner_with_an_encoder_and_no_tokenizer_is_refused() throws IOException {
        Path refiner = TinySdxl.copy(TinySdxl.refiner(), temp.resolve("refiner"));
        delete(refiner.resolve("tokenizer_2"));
        edit(refiner.resolve("text_encoder_2/config.json"), "\"hidden_act\"", "\"another\": 1, \"hidden_act\"");
        assertInvalid(base, Optional.of(refiner), "text_encoder_2", "tokenizer_2");
    }

    @Test
    void a_model_index_that_contradicts_the_unet_is_refused() throws IOException {
        Path index = base.resolve("model_index.json");
        String said = Files.readString(index);
        Files.writeString(index, said.replaceFirst("\\{", "{\"requires_aesthetics_score\": true,"));
        assertInvalid(base, Optional.empty(), "unet/model.onnx", "time_ids", "model_index.json");
    }

    @Test
    void a_missing_scaling_factor_is_named() throws IOException {
        edit("vae_decoder/config.json", "scaling_factor", "scaling_fact");
        assertInvalid(base, Optional.empty(), "vae_decoder/config.json", "scaling_factor");
    }

    @Test
    void swapped_folders_are_noticed() {
        assertInvalid(TinySdxl.refiner(), Optional.empty(), "model_index.json", "no SDXL base model");
        assertInvalid(base, Optional.of(base), "model_index.json", "no SDXL refiner");
    }

    @Test
    void a_scheduler_that_we_lack_is_named_with_those_that_there_are() throws IOException {
        edit("scheduler/scheduler_config.json", "EulerDiscreteScheduler", "DreamScheduler");
        assertInvalid(base, Optional.empty(), "scheduler_config.json", "DreamScheduler", "euler");
    }

    @Test
    void the_refiner_takes_the_algorithm_of_a_base_that_was_published_with_another() throws IOException {
        edit("scheduler/scheduler_config.json", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler");
        GenerationParameters parameters = GenerationParameters.builder("a red circle")
                .numInferenceSteps(4)
                .size(64, 64)
                .refinement(Refinement.ensemble(0.5))
                .build();
        try (SdxlPipeline pipeline = SdxlPipeline.load(base, Optional.of(TinySdxl.refiner()), TinySdxl.settings())) {
            GenerationParameters asked =
                    parameters.toBuilder().scheduler("dpmpp_2m").build();
            assertThat(pipeline.generate(parameters, StepListener.NONE)
                            .images()
                            .get(0)
                            .rgb())
                    .isEqualTo(TinySdxl.pipeline()
                            .generate(asked, StepListener.NONE)
                            .images()
                            .get(0)
                            .rgb());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CUDA", "TENSORRT"})
    void a_provider_that_is_not_there_is_refused_in_a_sentence(String provider) {
        ExecutionSettings settings = ExecutionSettings.on(ExecutionProvider.valueOf(provider));
        assertThatThrownBy(() -> SdxlPipeline.load(base, Optional.empty(), settings))
                .isInstanceOf(GenerationException.class)
                .hasMessageStartingWith("Execution provider " + provider.toLowerCase(Locale.ROOT) + " is not available")
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    private static void assertInvalid(Path base, Optional<Path> refiner, String... mentions) {
        assertThatThrownBy(() -> SdxlPipeline.load(base, refiner, TinySdxl.settings()))
                .isInstanceOf(GenerationException.class)
                .hasMessageContainingAll(mentions)
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.MODEL_INVALID);
    }

    private void setLayers(String encoder, int layers) throws IOException {
        Path config = base.resolve(encoder).resolve("config.json");
        String changed = Files.readString(config)
                .replaceFirst("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": " + layers);
        Files.writeString(config, changed);
    }

    private void edit(String file, String from, String to) throws IOException {
        edit(base.resolve(file), from, to);
    }

    private static void edit(Path path, String from, String to) throws IOException {
        String content = Files.readString(path);
        assertThat(content).contains(from);
        Files.writeString(path, content.replace(from, to));
    }

    private void replace(String file, String by) throws IOException {
        Files.delete(base.resolve(file));
        Files.copy(TinySdxl.base().resolve(by), base.resolve(file));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
