package io.atelier.sdxl.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulersTest {
    @TempDir
    private Path folder;

    @Test
    void a_scheduler_that_is_not_there_is_refused_with_the_names_of_those_that_are() {
        assertThatThrownBy(() -> Schedulers.create("dpm_fast", SchedulerConfigs.sdxl(), 10))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining("\"dpm_fast\"")
                .hasMessageContaining("euler")
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    @Test
    void the_class_that_a_model_was_published_with_has_a_name() {
        assertThat(Schedulers.nameOf(published("EulerDiscreteScheduler"))).contains("euler");
        assertThat(Schedulers.nameOf(published("UniPCMultistepScheduler"))).contains("unipc");
        assertThat(Schedulers.nameOf(published("NoSuchScheduler"))).isEmpty();
    }

    private SchedulerConfig published(String className) {
        return SchedulerConfigs.load(new ObjectMapper().createObjectNode().put("_class_name", className), folder);
    }

    @Test
    void a_file_that_says_nothing_means_the_defaults_of_diffusers() {
        SchedulerConfig config = SchedulerConfigs.load(new ObjectMapper().createObjectNode(), folder);
        assertThat(config.timestepSpacing()).isEqualTo(TimestepSpacing.LINSPACE);
        assertThat(config.numTrainTimesteps()).isEqualTo(1000);
        assertThat(config.predictionType()).isEqualTo(PredictionType.EPSILON);
    }

    @Test
    void an_unknown_value_in_the_file_is_named() {
        ObjectNode json = new ObjectMapper().createObjectNode().put("prediction_type", "flow");
        assertThatThrownBy(() -> SchedulerConfigs.load(json, folder))
                .hasMessageContaining("scheduler_config.json")
                .hasMessageContaining("prediction_type")
                .hasMessageContaining("flow");
    }

    @ParameterizedTest
    @CsvSource({
        "dpmsolver++, 2, dpmpp_2m",
        "dpmsolver++, 3, dpmpp_3m",
        "sde-dpmsolver++, 2, dpmpp_2m_sde",
        "dpmsolver, 2,",
        "dpmsolver++, 1,"
    })
    void a_dpm_solver_is_named_by_its_settings(String algorithm, int order, String name) {
        ObjectNode json = new ObjectMapper()
                .createObjectNode()
                .put("_class_name", "DPMSolverMultistepScheduler")
                .put("algorithm_type", algorithm)
                .put("solver_order", order);
        assertThat(Schedulers.nameOf(SchedulerConfigs.load(json, folder))).isEqualTo(Optional.ofNullable(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler_ancestral", "ddim", "lcm", "pndm", "ddpm"})
    void a_sigma_schedule_that_an_algorithm_cannot_take_is_refused(String name) {
        assertThatThrownBy(() -> Schedulers.require(name, SigmaSchedule.KARRAS))
                .hasMessageContaining('"' + name + '"')
                .hasMessageContaining("\"karras\"")
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler", "heun", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m", "unipc", "lms"})
    void other_algorithms_take_every_sigma_schedule(String name) {
        assertThatCode(() -> Schedulers.require(name, SigmaSchedule.BETA)).doesNotThrowAnyException();
    }

    @Test
    void a_model_that_chooses_a_sigma_schedule_can_be_drawn_with_algorithms_that_have_none() {
        SchedulerConfig karras = SchedulerConfigs.sdxl().withSigmaSchedule(SigmaSchedule.KARRAS);
        assertThat(Schedulers.create("euler_ancestral", karras, 10).timesteps())
                .isEqualTo(Schedulers.create("euler_ancestral", SchedulerConfigs.sdxl(), 10)
                        .timesteps());
    }

    @Test
    void lcm_refuses_more_steps_than_it_was_distilled_for() {
        assertThatThrownBy(() -> Schedulers.create("lcm", SchedulerConfigs.sdxl(), 51))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining("lcm")
                .hasMessageContaining("num_inference_steps")
                .hasMessageContaining("51");
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler_ancestral", "ddim", "unipc", "lms", "pndm"})
    void timesteps_that_an_algorithm_finds_by_itself_cannot_be_listed(String name) {
        refused(name, InferenceSteps.at(List.of(900, 20)), "timesteps", "euler, heun, dpmpp_2m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heun", "dpmpp_2m", "ddpm", "lcm", "unipc"})
    void only_euler_goes_through_listed_sigmas(String name) {
        refused(name, InferenceSteps.through(List.of(3.0, 0.0)), "sigmas", "these do: euler");
    }

    private static void refused(String name, InferenceSteps steps, String field, String able) {
        assertThatThrownBy(() -> Schedulers.create(name, SchedulerConfigs.sdxl(), steps, 0))
                .hasMessageContaining('"' + name + '"')
                .hasMessageContaining(field)
                .hasMessageContaining(able)
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler", "ddpm", "dpmpp_2m_sde"})
    void noise_can_be_chosen_for_ddim_only(String name) {
        assertThatCode(() -> Schedulers.requireEta(name, 0)).doesNotThrowAnyException();
        assertThatCode(() -> Schedulers.requireEta("ddim", 0.5)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Schedulers.requireEta(name, 0.5))
                .hasMessageContaining("eta 0.5")
                .hasMessageContaining("these do: ddim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler", "unipc", "heun"})
    void a_solver_can_be_chosen_for_the_dpm_solver_only(String name) {
        assertThatCode(() -> Schedulers.require("dpmpp_3m", SolverType.HEUN)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Schedulers.require(name, SolverType.HEUN))
                .hasMessageContaining("solver_type \"heun\"")
                .hasMessageContaining("dpmpp_2m, dpmpp_2m_sde, dpmpp_3m");
    }

    @Test
    void a_timestep_that_training_never_saw_is_refused() {
        assertThatThrownBy(() ->
                        Schedulers.create("euler", SchedulerConfigs.sdxl(), InferenceSteps.at(List.of(1000, 500)), 0))
                .hasMessageContaining("timesteps must be below 1000: 1000");
    }

    @Test
    void lists_must_fall_and_be_no_less_than_zero() {
        assertThatThrownBy(() -> InferenceSteps.at(List.of(5, 5))).hasMessageContaining("timesteps must fall");
        assertThatThrownBy(() -> InferenceSteps.through(List.of(5.0, 6.0))).hasMessageContaining("sigmas must fall");
        assertThatThrownBy(() -> InferenceSteps.through(List.of(5.0, -1.0))).hasMessageContaining("-1.0");
        assertThatThrownBy(() -> InferenceSteps.through(List.of(5.0))).hasMessageContaining("number of steps");
        assertThatThrownBy(() -> InferenceSteps.at(List.of())).hasMessageContaining("number of steps");
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler_ancestral", "pndm"})
    void a_model_that_predicts_the_sample_is_refused_where_diffusers_refuses_it(String name) {
        SchedulerConfig config = SchedulerConfigs.sdxl().withPredictionType(PredictionType.SAMPLE);
        assertThatThrownBy(() -> Schedulers.create(name, config, 10))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining(name);
    }

    @Test
    void infinity_as_python_writes_it_can_be_read() {
        ObjectNode json = new ObjectMapper().createObjectNode().put("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        assertThat(SchedulerConfigs.loadText(json.toString().replace("\"-Infinity\"", "-Infinity"), folder)
                        .numTrainTimesteps())
                .isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource({"thresholding, true", "use_flow_sigmas, true", "lambda_min_clipped, -5.1", "solver_type, euler"})
    void a_setting_that_is_not_there_is_named(String key, String value) {
        String quoted = key.equals("solver_type") ? '"' + value + '"' : value;
        assertThatThrownBy(() -> SchedulerConfigs.loadText("{\"" + key + "\": " + quoted + "}", folder))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining(key);
    }
}
