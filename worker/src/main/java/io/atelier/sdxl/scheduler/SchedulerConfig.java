package io.atelier.sdxl.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.sdxl.model.ModelFolder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What {@code scheduler_config.json} says, with changes that a request makes. Where it says nothing, the default of a class
 * of diffusers holds: at first of the class that the file names, then of the one that {@link #forClass} names. Immutable.
 */
public final class SchedulerConfig {

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

    /** Which noise DDPM adds; those that a UNet would have to predict are not there. */
    enum Variance {
        FIXED_SMALL,
        FIXED_SMALL_LOG,
        FIXED_LARGE
    }

    private static final String FILE = "scheduler_config.json";
    private static final Set<String> DPM_SOLVER_TYPES = Set.of("midpoint", "heun");
    private static final Set<String> UNIPC_SOLVER_TYPES = Set.of("bh1", "bh2");

    private final ModelFolder folder;
    private final ObjectNode json;
    private final SchedulerClass defaults;

    private SchedulerConfig(ModelFolder folder, ObjectNode json, SchedulerClass defaults) {
        this.folder = folder;
        this.json = json;
        this.defaults = defaults;
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID if the file is missing or has a value we do not know */
    public static SchedulerConfig load(ModelFolder folder) {
        JsonNode json = folder.json(FILE);
        if (!json.isObject()) {
            throw folder.invalid(FILE, "is not a JSON object");
        }
        SchedulerClass own = SchedulerClass.named(json.path("_class_name").asText());
        SchedulerConfig config = new SchedulerConfig(folder, (ObjectNode) json, own);
        config.check();
        return config;
    }

    private void check() {
        betaSchedule();
        predictionType();
        timestepSpacing();
        sigmaSchedule();
        interpolation();
        finalSigma();
        variance();
        String timestepType = json.path("timestep_type").asText("discrete");
        if (!timestepType.equals("discrete")) {
            throw folder.invalid(FILE, "has an unknown timestep_type: " + timestepType);
        }
        String solver = json.path("solver_type").asText("logrho");
        if (!DPM_SOLVER_TYPES.contains(solver) && !UNIPC_SOLVER_TYPES.contains(solver) && !solver.equals("logrho")) {
            throw folder.invalid(FILE, "has an unknown solver_type: " + solver);
        }
        refuse("thresholding", "which is not for latents");
        refuse("use_flow_sigmas", "which is not for SDXL");
        if (Double.isFinite(number("lambda_min_clipped").orElse(Double.NEGATIVE_INFINITY))) {
            throw folder.invalid(
                    FILE, "sets lambda_min_clipped, which is not there: " + json.get("lambda_min_clipped"));
        }
    }

    private void refuse(String key, String why) {
        if (flag(key, false)) {
            throw folder.invalid(FILE, "asks for " + key + ", " + why);
        }
    }

    /** The same settings as another class reads them: its defaults hold, and keys that it does not know are ignored. */
    SchedulerConfig forClass(SchedulerClass target) {
        ObjectNode known = json.deepCopy();
        known.remove(target.ignoredKeys());
        return new SchedulerConfig(folder, known, target);
    }

    public SchedulerConfig withTimestepSpacing(TimestepSpacing value) {
        return with("timestep_spacing", lower(value));
    }

    public SchedulerConfig withPredictionType(PredictionType value) {
        return with("prediction_type", lower(value));
    }

    public SchedulerConfig withSolverType(SolverType value) {
        return with("solver_type", lower(value));
    }

    /** DEFAULT takes back what the file may have chosen. */
    public SchedulerConfig withSigmaSchedule(SigmaSchedule value) {
        ObjectNode changed = json.deepCopy();
        for (SigmaSchedule schedule : SigmaSchedule.values()) {
            changed.put(key(schedule), schedule == value);
        }
        if (value != SigmaSchedule.DEFAULT) {
            changed.remove("use_lu_lambdas");
        }
        return new SchedulerConfig(folder, changed, defaults);
    }

    private SchedulerConfig with(String key, String value) {
        ObjectNode changed = json.deepCopy();
        changed.put(key, value);
        return new SchedulerConfig(folder, changed, defaults);
    }

    /** The diffusers class that the model was published with. */
    public String className() {
        return json.path("_class_name").asText();
    }

    public int numTrainTimesteps() {
        return json.path("num_train_timesteps").asInt(1000);
    }

    double betaStart() {
        return number("beta_start").orElse(defaults.betaStart());
    }

    double betaEnd() {
        return number("beta_end").orElse(defaults.betaEnd());
    }

    BetaSchedule betaSchedule() {
        return choice("beta_schedule", defaults.betaSchedule());
    }

    /** Takes the place of the three beta settings. */
    Optional<List<Float>> trainedBetas() {
        JsonNode betas = json.path("trained_betas");
        if (!betas.isArray()) {
            return Optional.empty();
        }
        Float[] values = new Float[betas.size()];
        Arrays.setAll(values, i -> (float) betas.get(i).asDouble());
        return Optional.of(List.of(values));
    }

    boolean rescaleBetasZeroSnr() {
        return flag("rescale_betas_zero_snr", false);
    }

    public PredictionType predictionType() {
        return choice("prediction_type", PredictionType.EPSILON);
    }

    public TimestepSpacing timestepSpacing() {
        return choice("timestep_spacing", defaults.timestepSpacing());
    }

    int stepsOffset() {
        return json.path("steps_offset").asInt(0);
    }

    public SigmaSchedule sigmaSchedule() {
        List<SigmaSchedule> chosen = Arrays.stream(SigmaSchedule.values())
                .filter(s -> flag(key(s), false) && s != SigmaSchedule.DEFAULT)
                .toList();
        if (chosen.size() > 1) {
            throw folder.invalid(FILE, "chooses several sigma schedules at once: " + chosen);
        }
        return chosen.isEmpty() ? SigmaSchedule.DEFAULT : chosen.get(0);
    }

    Interpolation interpolation() {
        return choice("interpolation_type", Interpolation.LINEAR);
    }

    FinalSigma finalSigma() {
        return choice("final_sigmas_type", FinalSigma.ZERO);
    }

    /** Lower end for the Karras, exponential and beta schedules, in place of the last noise level. */
    OptionalDouble sigmaMin() {
        return number("sigma_min");
    }

    OptionalDouble sigmaMax() {
        return number("sigma_max");
    }

    /** The DPM-Solver's own schedule: noise levels even in log(signal / noise). */
    boolean useLuLambdas() {
        return flag("use_lu_lambdas", false);
    }

    String algorithmType() {
        return json.path("algorithm_type").asText("dpmsolver++");
    }

    int solverOrder() {
        return json.path("solver_order").asInt(2);
    }

    /** Files may have been written for UniPC, whose types mean the default here, as in diffusers. */
    boolean isHeunSolver() {
        return solverType("midpoint", DPM_SOLVER_TYPES).equals("heun");
    }

    /** And the other way round. */
    boolean isFirstBhSolver() {
        return solverType("bh2", UNIPC_SOLVER_TYPES).equals("bh1");
    }

    private String solverType(String otherwise, Set<String> known) {
        String type = json.path("solver_type").asText(otherwise);
        return known.contains(type) ? type : otherwise;
    }

    boolean lowerOrderFinal() {
        return flag("lower_order_final", true);
    }

    boolean eulerAtFinal() {
        return flag("euler_at_final", false);
    }

    boolean predictsOriginal() {
        return flag("predict_x0", true);
    }

    /** Steps after which UniPC does not correct. */
    Set<Integer> disableCorrector() {
        Set<Integer> steps = new HashSet<>();
        json.path("disable_corrector").forEach(step -> steps.add(step.asInt()));
        return steps;
    }

    boolean setAlphaToOne() {
        return flag("set_alpha_to_one", defaults.setAlphaToOne());
    }

    /** The bound of predicted latents, if there is one. */
    OptionalDouble clipRange() {
        return flag("clip_sample", defaults.clipSample())
                ? OptionalDouble.of(number("clip_sample_range").orElse(1))
                : OptionalDouble.empty();
    }

    boolean skipPrkSteps() {
        return flag("skip_prk_steps", false);
    }

    Variance variance() {
        return choice("variance_type", Variance.FIXED_SMALL);
    }

    int originalInferenceSteps() {
        return json.path("original_inference_steps").asInt(50);
    }

    double timestepScaling() {
        return number("timestep_scaling").orElse(10);
    }

    private boolean flag(String key, boolean otherwise) {
        return json.path(key).asBoolean(otherwise);
    }

    private OptionalDouble number(String key) {
        return json.path(key).isNumber() ? OptionalDouble.of(json.path(key).asDouble()) : OptionalDouble.empty();
    }

    private <E extends Enum<E>> E choice(String key, E otherwise) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        return Arrays.stream(otherwise.getDeclaringClass().getEnumConstants())
                .filter(e -> lower(e).equals(value.asText()))
                .findFirst()
                .orElseThrow(() -> folder.invalid(FILE, "has an unknown " + key + ": " + value));
    }

    private static String key(SigmaSchedule schedule) {
        return "use_" + lower(schedule) + "_sigmas";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
