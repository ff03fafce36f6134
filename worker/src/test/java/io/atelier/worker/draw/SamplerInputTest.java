package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.storage.MemoryStore;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request says of sampler and steps reaches the pipeline, and is echoed or refused. */
class SamplerInputTest {
    private static SdxlPipeline pipeline;
    private static SdxlArtist artist;

    @BeforeAll
    static void load() {
        pipeline = SdxlPipeline.load(TinySdxl.base(), Optional.of(TinySdxl.refiner()), TinySdxl.settings());
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
    void listed_timesteps_are_counted_and_echoed() {
        GenerationInput effective = accept(
                "{'prompt': 'a star', 'scheduler': 'dpmpp_2m', 'timesteps': [999, 500, 20], 'solver_type': 'heun'}");
        assertThat(effective.numInferenceSteps()).isEqualTo(3);
        assertThat(effective.timesteps()).containsExactly(999, 500, 20);
        assertThat(effective.sigmaSchedule()).isEqualTo("default");
        assertThat(effective.solverType()).isEqualTo("heun");
        assertThat(effective.eta()).isNull();
    }

    @Test
    void the_last_of_listed_sigmas_is_no_step() {
        GenerationInput effective = accept("{'prompt': 'a star', 'scheduler': 'euler', 'sigmas': [14.6, 2, 0.1, 0]}");
        assertThat(effective.numInferenceSteps()).isEqualTo(3);
        assertThat(effective.sigmas()).containsExactly(14.6, 2.0, 0.1, 0.0);
    }

    @Test
    void eta_is_echoed_where_it_means_something() {
        assertThat(accept("{'prompt': 'a star', 'scheduler': 'ddim', 'eta': 0.5}")
                        .eta())
                .isEqualTo(0.5);
        assertThat(accept("{'prompt': 'a star', 'scheduler': 'ddim'}").eta()).isZero();
        assertThat(accept("{'prompt': 'a star', 'scheduler': 'euler'}").eta()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UNSUPPORTED     | timesteps   | {'prompt': 'x', 'scheduler': 'ddim', 'timesteps': [999, 20]}
            UNSUPPORTED     | sigmas      | {'prompt': 'x', 'scheduler': 'heun', 'sigmas': [9, 0]}
            UNSUPPORTED     | solver_type | {'prompt': 'x', 'scheduler': 'euler', 'solver_type': 'heun'}
            UNSUPPORTED     | eta 0.5     | {'prompt': 'x', 'scheduler': 'euler', 'eta': 0.5}
            INVALID_REQUEST | karras      | {'prompt': 'x', 'scheduler': 'euler', 'timesteps': [9], 'sigma_schedule': 'karras'}
            INVALID_REQUEST | fall        | {'prompt': 'x', 'scheduler': 'euler', 'timesteps': [9, 9]}
            """)
    void what_a_scheduler_cannot_do_is_refused_before_anything_is_drawn(ErrorCode code, String named, String json) {
        assertThatThrownBy(() -> accept(json))
                .hasMessageContaining(named)
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(code));
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
