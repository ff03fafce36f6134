package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.storage.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request's gaps are filled by what the model's atelier.json says. */
class ModelDefaultsTest {
    private static SdxlPipeline pipeline;
    private static SdxlArtist artist;

    @BeforeAll
    static void load(@TempDir Path temp) throws IOException {
        Path base = TinySdxl.copy(TinySdxl.base(), temp.resolve("base"));
        Files.writeString(
                base.resolve("atelier.json"),
                "{\"native_size\": {\"width\": 96, \"height\": 64}, \"num_inference_steps\": 9, \"guidance_scale\": 3.5,"
                        + " \"refiner\": {\"mode\": \"ensemble\", \"switch_at\": 0.6}}");
        pipeline = SdxlPipeline.load(base, Optional.of(TinySdxl.refiner()), TinySdxl.settings());
        artist = new SdxlArtist(
                pipeline,
                "tiny",
                new InputPictures(new MemoryStore(), Map.of(), Optional.empty(), new InputPictures.Limits(0, 0, 0, 0)));
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void what_a_request_leaves_open_is_as_the_model_says_and_echoed() {
        GenerationInput effective = accept("{'prompt': 'a star'}");
        assertThat(effective.width()).isEqualTo(96);
        assertThat(effective.height()).isEqualTo(64);
        assertThat(effective.numInferenceSteps()).isEqualTo(9);
        assertThat(effective.guidanceScale()).isEqualTo(3.5);
        assertThat(effective.refiner().mode()).isEqualTo("ensemble");
        assertThat(effective.refiner().switchAt()).isEqualTo(0.6);
    }

    @Test
    void what_a_request_says_counts() {
        GenerationInput effective = accept("{'prompt': 'a star', 'width': 64, 'num_inference_steps': 4,"
                + " 'guidance_scale': 1, 'refiner': {'mode': 'none'}}");
        assertThat(effective.width()).isEqualTo(64);
        assertThat(effective.height()).isEqualTo(64);
        assertThat(effective.numInferenceSteps()).isEqualTo(4);
        assertThat(effective.guidanceScale()).isEqualTo(1);
        assertThat(effective.refiner().mode()).isEqualTo("none");
    }

    @Test
    void a_refiner_of_which_only_the_score_is_said_takes_over_where_the_model_says() {
        GenerationInput effective = accept("{'prompt': 'a star', 'refiner': {'aesthetic_score': 7}}");
        assertThat(effective.refiner().switchAt()).isEqualTo(0.6);
        assertThat(effective.refiner().aestheticScore()).isEqualTo(7);
    }

    private static GenerationInput accept(String json) {
        try {
            GenerationInput input = Json.mapper().readValue(json.replace('\'', '"'), GenerationInput.class);
            return artist.accept(input, new GenerationId("a")).input();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
