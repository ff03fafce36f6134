package io.atelier.sdxl.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.Golden;
import io.atelier.sdxl.noise.TorchGenerator;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EulerDiscreteSchedulerTest {
    /** PyTorch's vector sqrt, and pow and log of the platform, differ from Java's by a unit in the last place. */
    private static final double RELATIVE = 2e-6;

    @TempDir
    private Path folder;

    static Stream<JsonNode> goldenSchedules() {
        return StreamSupport.stream(Golden.json("schedules.json").spliterator(), false);
    }

    static Stream<JsonNode> goldenTrajectories() {
        return StreamSupport.stream(Golden.json("trajectories.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("goldenSchedules")
    void timesteps_and_sigmas_are_those_of_diffusers(JsonNode golden) {
        EulerDiscreteScheduler euler = new EulerDiscreteScheduler(
                SchedulerConfigs.sdxlWith(golden.get("config"), folder),
                InferenceSteps.of(golden.get("steps").asInt()));
        assertClose(euler.timesteps(), Golden.floats(golden.get("timesteps")));
        assertClose(euler.sigmas(), Golden.floats(golden.get("sigmas")));
        float init = (float) golden.get("init_noise_sigma").asDouble();
        assertClose(new float[] {euler.initNoiseSigma()}, new float[] {init});
    }

    @ParameterizedTest
    @MethodSource("goldenTrajectories")
    void ten_steps_of_a_made_up_model_end_where_those_of_diffusers_end(JsonNode golden) {
        SchedulerConfig config = SchedulerConfigs.sdxlWith(golden.get("config"), folder);
        float[] expected = Golden.floats(golden.get("final"));
        float[] actual = trajectory(config, expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(5e-6f));
        }
    }

    /** Published with six decimals, from another version of diffusers. */
    @ParameterizedTest
    @CsvSource({
        "DEFAULT, LEADING, EPSILON, -3.102309, -3.276139, -0.238199, -0.432219",
        "KARRAS, LEADING, EPSILON, -3.104242, -3.277340, -0.242893, -0.439809",
        "EXPONENTIAL, LEADING, EPSILON, -3.151911, -3.324689, -0.250004, -0.452347",
        "DEFAULT, TRAILING, EPSILON, -5.391032, -5.694098, -0.288225, -0.555407",
        "DEFAULT, LEADING, V_PREDICTION, -0.303023, -0.312680, -0.064032, -0.104850"
    })
    void known_trajectories_are_met(
            SigmaSchedule sigmas,
            TimestepSpacing spacing,
            PredictionType prediction,
            float first,
            float second,
            float third,
            float fourth) {
        SchedulerConfig config = SchedulerConfigs.sdxl()
                .withSigmaSchedule(sigmas)
                .withTimestepSpacing(spacing)
                .withPredictionType(prediction);
        Offset<Float> tolerance = within(3e-6f);
        float[] actual = trajectory(config, 16);
        assertThat(actual[0]).isCloseTo(first, tolerance);
        assertThat(actual[1]).isCloseTo(second, tolerance);
        assertThat(actual[2]).isCloseTo(third, tolerance);
        assertThat(actual[3]).isCloseTo(fourth, tolerance);
    }

    @Test
    void leading_begins_below_pure_noise() {
        EulerDiscreteScheduler euler = new EulerDiscreteScheduler(SchedulerConfigs.sdxl(), InferenceSteps.of(10));
        assertThat(euler.timesteps()).containsExactly(901, 801, 701, 601, 501, 401, 301, 201, 101, 1);
        assertThat(euler.sigmas()[0]).isCloseTo(8.39069f, within(1e-5f));
        assertThat(euler.initNoiseSigma()).isCloseTo(8.450067f, within(1e-5f));
    }

    private static float[] trajectory(SchedulerConfig config, int size) {
        Scheduler scheduler = new EulerDiscreteScheduler(config, InferenceSteps.of(10));
        TorchGenerator noise = new TorchGenerator(0);
        float[] x = noise.normal(size);
        for (int i = 0; i < size; i++) {
            x[i] *= scheduler.initNoiseSigma();
        }
        Scheduler.Sampler sampler = scheduler.start(noise);
        float[] timesteps = scheduler.timesteps();
        float[] scaled = new float[size];
        float[] prediction = new float[size];
        for (int call = 0; call < timesteps.length; call++) {
            sampler.scaleModelInput(call, x, scaled);
            for (int i = 0; i < size; i++) {
                prediction[i] = 0.9f * (float) Math.tanh(scaled[i]) + 0.05f * timesteps[call] / 1000;
            }
            sampler.step(call, prediction, x);
        }
        return x;
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], Percentage.withPercentage(100 * RELATIVE));
        }
    }
}
