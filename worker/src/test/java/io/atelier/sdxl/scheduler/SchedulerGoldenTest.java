package io.atelier.sdxl.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.sdxl.Golden;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.noise.LatentNoise;
import io.atelier.sdxl.noise.TorchGenerator;
import io.atelier.sdxl.unet.StepRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every algorithm against diffusers, over all its schedules, spacings, predictions and some numbers of steps, with a made-up
 * model (deploy/golden/make_schedulers.py). Prints the largest errors.
 */
class SchedulerGoldenTest {
    private static final int LATENTS = 16;
    private static final int ENDS = 2;

    /** Relative to the largest of the latents: PyTorch's sqrt, log and exp differ from Java's in the last bit. */
    private static final double TOLERANCE = 1e-5;

    /** With zero terminal SNR Euler's latents begin at 4096 times the noise, where float32 numbers lie 5e-4 apart. */
    private static final double TOLERANCE_OF_ZERO_SNR = 1e-4;

    @TempDir
    private Path folder;

    static List<String> algorithms() {
        return Schedulers.names();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void an_algorithm_draws_what_diffusers_draws(String name) {
        List<JsonNode> cases = cases(name, "schedulers.json");
        Errors errors = new Errors();
        for (JsonNode golden : cases) {
            Scheduler scheduler = scheduler(golden);
            assertThat(scheduler.timesteps()).hasSize(golden.get("calls").asInt());
            if (golden.has("timesteps")) {
                errors.add(golden, "timesteps", scheduler.timesteps());
            }
            errors.add(golden, "init_noise_sigma", scheduler.initNoiseSigma());
            if (golden.has("sigmas")) {
                errors.add(golden, "sigmas", sigmas(scheduler));
            }
            TorchGenerator noise = new TorchGenerator(0);
            float[] x = LatentNoise.draw(noise, LATENTS, scheduler.initNoiseSigma());
            int begin = golden.path("begin").asInt();
            if (begin > 0) {
                x = Betas.linspace(-1, 1, LATENTS);
                scheduler.addNoise(x, noise.normal(LATENTS), begin);
                errors.add(golden, "noisy", x);
            }
            denoise(scheduler, noise, x, new StepRange(begin, scheduler.timesteps().length));
            errors.add(golden, "final", x);
        }
        System.out.printf("%-16s %4d cases, largest relative errors: %s%n", name, cases.size(), errors);
        assertThat(errors.tooLarge).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void base_and_refiner_share_the_steps_as_in_diffusers(String name) {
        Errors errors = new Errors();
        for (JsonNode golden : cases(name, "handovers.json")) {
            Scheduler scheduler = scheduler(golden);
            StepRange base = StepRange.before(golden.get("switch_at").asDouble(), scheduler, 1000);
            StepRange refiner = StepRange.after(golden.get("switch_at").asDouble(), scheduler, 1000);
            assertThat(base.count()).isEqualTo(golden.get("calls").get(0).asInt());
            assertThat(refiner.count()).isEqualTo(golden.get("calls").get(1).asInt());
            TorchGenerator noise = new TorchGenerator(0);
            float[] x = LatentNoise.draw(noise, LATENTS, scheduler.initNoiseSigma());
            denoise(scheduler, noise, x, base);
            denoise(scheduler, noise, x, refiner);
            errors.add(golden, "final", x);
        }
        assertThat(errors.tooLarge).isEmpty();
    }

    private static List<JsonNode> cases(String name, String file) {
        List<JsonNode> cases = StreamSupport.stream(Golden.json(file).spliterator(), false)
                .filter(c -> c.get("scheduler").asText().equals(name))
                .toList();
        assertThat(cases).isNotEmpty();
        return cases;
    }

    private Scheduler scheduler(JsonNode golden) {
        ObjectNode json =
                (ObjectNode) ModelFolder.at(TinySdxl.base()).part("scheduler").json("scheduler_config.json");
        json.setAll((ObjectNode) golden.get("config"));
        golden.path("missing").forEach(key -> json.remove(key.asText()));
        SchedulerConfig config = SchedulerConfigs.load(json, folder);
        return Schedulers.create(
                golden.get("scheduler").asText(),
                config,
                steps(golden),
                golden.path("eta").asDouble());
    }

    private static InferenceSteps steps(JsonNode golden) {
        if (golden.has("steps")) {
            return InferenceSteps.of(golden.get("steps").asInt());
        }
        return golden.has("sigmas_given")
                ? InferenceSteps.through(values(golden.get("sigmas_given"))
                        .map(JsonNode::asDouble)
                        .toList())
                : InferenceSteps.at(values(golden.get("timesteps_given"))
                        .map(JsonNode::asInt)
                        .toList());
    }

    private static Stream<JsonNode> values(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static void denoise(Scheduler scheduler, TorchGenerator noise, float[] x, StepRange range) {
        Scheduler.Sampler sampler = scheduler.start(noise);
        float[] timesteps = scheduler.timesteps();
        float[] scaled = new float[x.length];
        float[] prediction = new float[x.length];
        for (int call = range.from(); call < range.to(); call++) {
            sampler.scaleModelInput(call, x, scaled);
            for (int i = 0; i < x.length; i++) {
                prediction[i] = 0.9f * (scaled[i] / (1 + Math.abs(scaled[i]))) + timesteps[call] / 20000;
            }
            sampler.step(call, prediction, x);
        }
    }

    private static float[] ramp() {
        return Betas.linspace(-1, 1, LATENTS);
    }

    private static float[] sigmas(Scheduler scheduler) {
        return scheduler instanceof VarianceExplodingScheduler
                ? ((VarianceExplodingScheduler) scheduler).sigmas()
                : ((MultistepScheduler) scheduler).sigmas();
    }

    /** The largest error of each quantity, relative to the largest of its values. */
    private static final class Errors {
        private final Map<String, Double> largest = new TreeMap<>();
        private final List<String> tooLarge = new ArrayList<>();

        void add(JsonNode golden, String key, float... actual) {
            JsonNode value = golden.get(key);
            float[] expected = value.isArray() ? Golden.floats(value) : new float[] {(float) value.asDouble()};
            float[] shown = slice(actual);
            assertThat(shown).as("%s of %s", key, golden).hasSameSizeAs(expected);
            double scale = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                scale = Math.max(scale, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs((double) expected[i] - shown[i]));
            }
            double error = scale == 0 ? difference : difference / scale;
            largest.merge(key, error, Math::max);
            boolean isZeroSnr = golden.get("config").has("rescale_betas_zero_snr");
            if (!(error < (isZeroSnr ? TOLERANCE_OF_ZERO_SNR : TOLERANCE))) {
                tooLarge.add(String.format("%s: %.1e in %s, not %s", key, error, golden, Arrays.toString(shown)));
            }
        }

        @Override
        public String toString() {
            return largest.entrySet().stream()
                    .map(e -> String.format("%s %.1e", e.getKey(), e.getValue()))
                    .collect(Collectors.joining(", "));
        }
    }

    /** The ends and some of the middle, as the script writes them. */
    private static float[] slice(float[] values) {
        if (values.length <= 3 * ENDS) {
            return values;
        }
        List<Integer> indices = new ArrayList<>();
        for (int start : new int[] {0, values.length / 2 - 1, values.length - ENDS}) {
            for (int i = 0; i < ENDS; i++) {
                indices.add(start + i);
            }
        }
        float[] slice = new float[indices.size()];
        for (int i = 0; i < slice.length; i++) {
            slice[i] = values[indices.get(i)];
        }
        return slice;
    }
}
