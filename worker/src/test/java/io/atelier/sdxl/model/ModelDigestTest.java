package io.atelier.sdxl.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.TinySdxl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDigestTest {
    @TempDir
    private Path temp;

    private Path copy;

    @BeforeEach
    void copyModel() {
        copy = TinySdxl.copy(TinySdxl.base(), temp.resolve("copy"));
    }

    @Test
    void is_the_same_wherever_the_model_lies() {
        assertThat(digest(copy).value())
                .isEqualTo(digest(TinySdxl.base()).value())
                .matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void changes_with_the_content_of_a_file() throws IOException {
        Files.writeString(copy.resolve("scheduler/scheduler_config.json"), "{}");
        assertThat(digest(copy).value()).isNotEqualTo(digest(TinySdxl.base()).value());
    }

    @Test
    void does_not_change_with_files_that_nothing_is_drawn_from() throws IOException {
        Files.writeString(copy.resolve("README.md"), "a model");
        Files.writeString(copy.resolve("unet/diffusion_pytorch_model.safetensors"), "weights for another runtime");
        assertThat(digest(copy).value()).isEqualTo(digest(TinySdxl.base()).value());
    }

    @Test
    void folders_with_the_same_files_are_recognised() throws IOException {
        ModelDigest same = digest(TinySdxl.base());
        add(same, "copy", copy);
        assertThat(same.same("base/tokenizer", "copy/tokenizer", "none")).isTrue();
        assertThat(same.same("base/tokenizer", "copy/tokenizer_2", "none")).isFalse();
    }

    private static ModelDigest digest(Path model) {
        return add(new ModelDigest(), "base", model);
    }

    private static ModelDigest add(ModelDigest digest, String label, Path model) {
        ModelFolder folder = ModelFolder.at(model);
        return digest.add(label, folder, ModelLayout.BASE.parts(folder));
    }
}
