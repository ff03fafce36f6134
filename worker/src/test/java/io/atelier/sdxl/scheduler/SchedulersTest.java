package io.atelier.sdxl.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertThat(Schedulers.nameOf("EulerDiscreteScheduler")).contains("euler");
        assertThat(Schedulers.nameOf("NoSuchScheduler")).isEmpty();
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
}
