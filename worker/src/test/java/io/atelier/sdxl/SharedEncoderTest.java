package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.textencoder.EncodedTextCache;
import io.atelier.sdxl.vae.VaeTiling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second text encoder is the largest part beside the UNets: base and refiner share it where they can. */
class SharedEncoderTest {
    @TempDir
    private Path temp;

    private Path refiner;

    @BeforeEach
    void copyRefiner() {
        refiner = TinySdxl.copy(TinySdxl.refiner(), temp.resolve("refiner"));
    }

    @Test
    void equal_files_are_loaded_once() {
        assertThat(secondEncodersOpened()).isEqualTo(1);
    }

    @Test
    void a_configuration_that_was_written_elsewhere_changes_nothing() throws IOException {
        edit("text_encoder_2/config.json", "{", "{\"_name_or_path\": \"/home/elsewhere\", ");
        assertThat(secondEncodersOpened()).isEqualTo(1);
    }

    @Test
    void another_tokenizer_needs_no_second_copy_of_the_weights() throws IOException {
        edit("tokenizer_2/tokenizer_config.json", "\"pad_token\": \"!\"", "\"pad_token\": \"<|endoftext|>\"");
        assertThat(secondEncodersOpened()).isEqualTo(1);
    }

    @Test
    void other_weights_are_loaded_beside_the_base_models() throws IOException {
        Files.writeString(refiner.resolve("text_encoder_2/model.onnx_data"), "other weights");
        assertThat(secondEncodersOpened()).isEqualTo(2);
    }

    private long secondEncodersOpened() {
        try (OrtSessions sessions = OrtSessions.create(TinySdxl.settings())) {
            new ModelLoader(TinySdxl.base(), Optional.of(refiner), sessions, VaeTiling.OFF, new EncodedTextCache(0))
                    .load();
            return sessions.files().stream()
                    .filter(file -> file.endsWith("text_encoder_2/model.onnx"))
                    .count();
        }
    }

    private void edit(String file, String from, String to) throws IOException {
        Path path = refiner.resolve(file);
        String content = Files.readString(path);
        assertThat(content).contains(from);
        Files.writeString(path, content.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));
    }
}
