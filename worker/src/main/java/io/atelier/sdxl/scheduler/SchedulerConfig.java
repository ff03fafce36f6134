package io.atelier.sdxl.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.model.ModelFolder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code scheduler_config.json} says, with the defaults of diffusers' Euler scheduler where it says nothing.
 *
 * @param className    the diffusers class that the model was published with
 * @param trainedBetas takes the place of the three beta settings
 * @param sigmaMin     lower end for the Karras, exponential and beta schedules, in place of the last noise level
 */
public record SchedulerConfig(
        String className,
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        BetaSchedule betaSchedule,
        Optional<List<Float>> trainedBetas,
        boolean rescaleBetasZeroSnr,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        SigmaSchedule sigmaSchedule,
        Interpolation interpolation,
        FinalSigma finalSigma,
        OptionalDouble sigmaMin,
        OptionalDouble sigmaMax) {

    /** How beta grows over the training timesteps. */
    public enum BetaSchedule {
        LINEAR,
        SCALED_LINEAR,
        SQUAREDCOS_CAP_V2
    }

    /** How a noise level between two training timesteps is found. */
    public enum Interpolation {
        LINEAR,
        LOG_LINEAR
    }

    /** The noise level after the last step. */
    public enum FinalSigma {
        ZERO,
        SIGMA_MIN
    }

    private static final String FILE = "scheduler_config.json";

    /** @throws io.atelier.error.GenerationException MODEL_INVALID if the file is missing or has a value we do not know */
    public static SchedulerConfig load(ModelFolder folder) {
        JsonNode json = folder.json(FILE);
        String timestepType = json.path("timestep_type").asText("discrete");
        if (!timestepType.equals("discrete")) {
            throw folder.invalid(FILE, "has an unknown timestep_type: " + timestepType);
        }
        return new SchedulerConfig(
                json.path("_class_name").asText(),
                json.path("num_train_timesteps").asInt(1000),
                json.path("beta_start").asDouble(0.0001),
                json.path("beta_end").asDouble(0.02),
                choice(folder, json, "beta_schedule", BetaSchedule.LINEAR),
                trainedBetas(json.path("trained_betas")),
                json.path("rescale_betas_zero_snr").asBoolean(false),
                choice(folder, json, "prediction_type", PredictionType.EPSILON),
                choice(folder, json, "timestep_spacing", TimestepSpacing.LINSPACE),
                json.path("steps_offset").asInt(0),
                sigmaSchedule(folder, json),
                choice(folder, json, "interpolation_type", Interpolation.LINEAR),
                choice(folder, json, "final_sigmas_type", FinalSigma.ZERO),
                number(json.path("sigma_min")),
                number(json.path("sigma_max")));
    }

    public SchedulerConfig withTimestepSpacing(TimestepSpacing value) {
        return copy(predictionType, value, sigmaSchedule);
    }

    public SchedulerConfig withSigmaSchedule(SigmaSchedule value) {
        return copy(predictionType, timestepSpacing, value);
    }

    public SchedulerConfig withPredictionType(PredictionType value) {
        return copy(value, timestepSpacing, sigmaSchedule);
    }

    private SchedulerConfig copy(PredictionType prediction, TimestepSpacing spacing, SigmaSchedule schedule) {
        return new SchedulerConfig(
                className,
                numTrainTimesteps,
                betaStart,
                betaEnd,
                betaSchedule,
                trainedBetas,
                rescaleBetasZeroSnr,
                prediction,
                spacing,
                stepsOffset,
                schedule,
                interpolation,
                finalSigma,
                sigmaMin,
                sigmaMax);
    }

    private static SigmaSchedule sigmaSchedule(ModelFolder folder, JsonNode json) {
        List<SigmaSchedule> chosen = Arrays.stream(SigmaSchedule.values())
                .filter(s -> json.path("use_" + s.name().toLowerCase(Locale.ROOT) + "_sigmas")
                        .asBoolean(false))
                .toList();
        if (chosen.size() > 1) {
            throw folder.invalid(FILE, "chooses several sigma schedules at once: " + chosen);
        }
        return chosen.isEmpty() ? SigmaSchedule.DEFAULT : chosen.get(0);
    }

    private static <E extends Enum<E>> E choice(ModelFolder folder, JsonNode json, String key, E otherwise) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        return Arrays.stream(otherwise.getDeclaringClass().getEnumConstants())
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(value.asText()))
                .findFirst()
                .orElseThrow(() -> folder.invalid(FILE, "has an unknown " + key + ": " + value));
    }

    private static Optional<List<Float>> trainedBetas(JsonNode json) {
        if (!json.isArray()) {
            return Optional.empty();
        }
        Float[] betas = new Float[json.size()];
        Arrays.setAll(betas, i -> (float) json.get(i).asDouble());
        return Optional.of(List.of(betas));
    }

    private static OptionalDouble number(JsonNode json) {
        return json.isNumber() ? OptionalDouble.of(json.asDouble()) : OptionalDouble.empty();
    }
}
