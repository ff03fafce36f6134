package io.atelier.gateway.doors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CogInputTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'prompt':'x','num_outputs':2,'seed':5}                      | {'prompt':'x','num_images':2,'seed':5}
            {'image':'https://a/b.png','prompt_strength':0.4}            | {'image':'https://a/b.png','strength':0.4}
            {'mask':'https://a/m.png'}                                   | {'mask_image':'https://a/m.png'}
            {'scheduler':'K_EULER'}                                      | {'scheduler':'euler'}
            {'scheduler':'K_EULER_ANCESTRAL'}                            | {'scheduler':'euler_ancestral'}
            {'scheduler':'HeunDiscrete'}                                 | {'scheduler':'heun'}
            {'scheduler':'DPMSolverMultistep'}                           | {'scheduler':'dpmpp_2m'}
            {'scheduler':'KarrasDPM'}                                    | {'scheduler':'dpmpp_2m','sigma_schedule':'karras'}
            {'scheduler':'DDIM'}                                         | {'scheduler':'ddim'}
            {'scheduler':'PNDM'}                                         | {'scheduler':'pndm'}
            {'scheduler':'unipc'}                                        | {'scheduler':'unipc'}
            {'refine':'no_refiner','high_noise_frac':0.7}                | {'refiner':{'mode':'none'}}
            {'refine':'expert_ensemble_refiner','high_noise_frac':0.7}   | {'refiner':{'mode':'ensemble','switch_at':0.7}}
            {'refine':'base_image_refiner','refine_steps':9}             | {'refiner':{'mode':'image','steps':9}}
            {'high_noise_frac':0.7}                                      | {}
            {'apply_watermark':false,'lora_scale':0.6,'disable_safety_checker':true,'replicate_weights':''} | {}
            {'prompt_2':'y','guidance_scale':7.5}                        | {'prompt_2':'y','guidance_scale':7.5}
            """)
    void names_of_cog_sdxl_become_ours(String cog, String ours) {
        assertThat(CogInput.toOurs((ObjectNode) json(cog))).isEqualTo(json(ours));
    }

    @Test
    void weights_of_ones_own_are_refused_by_name() {
        assertThatThrownBy(() -> CogInput.toOurs((ObjectNode) json("{'replicate_weights':'https://a/w.tar'}")))
                .isInstanceOfSatisfying(GenerationException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED);
                    assertThat(e.details()).extracting(FieldError::field).containsExactly("input.replicate_weights");
                });
    }

    @Test
    void an_input_of_ours_is_shown_in_names_of_cog_sdxl() throws Exception {
        GenerationInput input = Json.mapper()
                .readValue(
                        json("{'prompt':'x','num_images':2,'scheduler':'dpmpp_2m','sigma_schedule':'karras','strength':0.4,"
                                        + "'mask_image':'m','refiner':{'mode':'ensemble','switch_at':0.8}}")
                                .toString(),
                        GenerationInput.class);
        JsonNode shown = Json.mapper().readTree(CogInput.ofOurs(input).toString());
        assertThat(shown)
                .isEqualTo(json("{'prompt':'x','num_outputs':2,'scheduler':'KarrasDPM','sigma_schedule':'karras',"
                        + "'prompt_strength':0.4,'mask':'m','refine':'expert_ensemble_refiner','high_noise_frac':0.8,"
                        + "'refine_steps':null}"));
    }

    @Test
    void mistakes_are_told_in_the_names_that_the_caller_used() {
        GenerationException ours = new GenerationException(
                ErrorCode.INVALID_REQUEST,
                "…",
                List.of(
                        new FieldError("input.num_images", "must be at most 8", "9"),
                        new FieldError("input.refiner.switch_at", "must be below 1", "1"),
                        new FieldError("webhook", "is wrong", null)));
        GenerationException theirs = CogInput.inTheirWords(ours);
        assertThat(theirs.getMessage())
                .isEqualTo("input.num_outputs must be at most 8 (was 9); input.high_noise_frac must be below 1 (was 1);"
                        + " webhook is wrong");
        assertThat(theirs.details())
                .extracting(FieldError::field)
                .containsExactly("input.num_outputs", "input.high_noise_frac", "webhook");
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
