package io.atelier.sdxl.scheduler;

import static io.atelier.sdxl.scheduler.Schedulers.Option.ETA;
import static io.atelier.sdxl.scheduler.Schedulers.Option.SIGMAS;
import static io.atelier.sdxl.scheduler.Schedulers.Option.SOLVER_TYPE;
import static io.atelier.sdxl.scheduler.Schedulers.Option.TIMESTEPS;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The algorithms that there are: a new one is a file of its own and a line here. */
public final class Schedulers {
    private static final String DPMPP_2M = "dpmpp_2m";
    private static final String DPMPP_2M_SDE = "dpmpp_2m_sde";
    private static final String DPMPP_3M = "dpmpp_3m";

    private static final List<Entry> ENTRIES = List.of(
            new Entry("euler", SchedulerClass.EULER, "Euler", listed(EulerDiscreteScheduler::new), TIMESTEPS, SIGMAS),
            new Entry(
                    "euler_ancestral",
                    SchedulerClass.EULER_ANCESTRAL,
                    "Euler a",
                    counted(EulerAncestralDiscreteScheduler::new)),
            new Entry("heun", SchedulerClass.HEUN, "Heun", listed(HeunDiscreteScheduler::new), TIMESTEPS),
            new Entry(
                    DPMPP_2M,
                    SchedulerClass.DPM_SOLVER_MULTISTEP,
                    "DPM++ 2M",
                    listed(DpmSolverMultistepScheduler::secondOrder),
                    TIMESTEPS,
                    SOLVER_TYPE),
            new Entry(
                    DPMPP_2M_SDE,
                    SchedulerClass.DPM_SOLVER_MULTISTEP,
                    "DPM++ 2M SDE",
                    listed(DpmSolverMultistepScheduler::secondOrderSde),
                    TIMESTEPS,
                    SOLVER_TYPE),
            new Entry(
                    DPMPP_3M,
                    SchedulerClass.DPM_SOLVER_MULTISTEP,
                    "DPM++ 3M",
                    listed(DpmSolverMultistepScheduler::thirdOrder),
                    TIMESTEPS,
                    SOLVER_TYPE),
            new Entry(
                    "ddim",
                    SchedulerClass.DDIM,
                    "DDIM",
                    (config, steps, eta) -> new DdimScheduler(config, steps.count(), eta),
                    ETA),
            new Entry("unipc", SchedulerClass.UNIPC, "UniPC", counted(UniPcMultistepScheduler::new)),
            new Entry("lcm", SchedulerClass.LCM, "LCM", listed(LcmScheduler::new), TIMESTEPS),
            new Entry("lms", SchedulerClass.LMS, "LMS", counted(LmsDiscreteScheduler::new)),
            new Entry("pndm", SchedulerClass.PNDM, "PLMS", counted(PndmScheduler::new)),
            new Entry("ddpm", SchedulerClass.DDPM, "DDPM", listed(DdpmScheduler::new), TIMESTEPS));

    /** What a request may set for some algorithms and not for others. */
    enum Option {
        TIMESTEPS,
        SIGMAS,
        ETA,
        SOLVER_TYPE
    }

    private interface Factory {
        Scheduler create(SchedulerConfig config, InferenceSteps steps, double eta);
    }

    /**
     * @param name      what requests call it
     * @param diffusers the class that scheduler_config.json names
     * @param label     what web interfaces for people call it
     */
    private record Entry(String name, SchedulerClass diffusers, String label, Factory factory, Set<Option> options) {
        Entry(String name, SchedulerClass diffusers, String label, Factory factory, Option... options) {
            this(name, diffusers, label, factory, Set.of(options));
        }
    }

    private static Factory listed(BiFunction<SchedulerConfig, InferenceSteps, Scheduler> factory) {
        return (config, steps, eta) -> factory.apply(config, steps);
    }

    private static Factory counted(BiFunction<SchedulerConfig, Integer, Scheduler> factory) {
        return (config, steps, eta) -> factory.apply(config, steps.count());
    }

    private Schedulers() {}

    /** What a request may ask for. */
    public static List<String> names() {
        return ENTRIES.stream().map(Entry::name).toList();
    }

    /** The name of the algorithm that a model was published with; empty if we do not have it. */
    public static Optional<String> nameOf(SchedulerConfig config) {
        if (config.className().equals(SchedulerClass.DPM_SOLVER_MULTISTEP.className())) {
            return dpmSolverName(config);
        }
        return ENTRIES.stream()
                .filter(e -> e.diffusers().className().equals(config.className()))
                .map(Entry::name)
                .findFirst();
    }

    private static Optional<String> dpmSolverName(SchedulerConfig config) {
        switch (config.algorithmType() + " " + config.solverOrder()) {
            case "dpmsolver++ 2":
                return Optional.of(DPMPP_2M);
            case "dpmsolver++ 3":
                return Optional.of(DPMPP_3M);
            case "sde-dpmsolver++ 2":
                return Optional.of(DPMPP_2M_SDE);
            default:
                return Optional.empty();
        }
    }

    /** @throws GenerationException UNSUPPORTED, naming those that there are */
    public static String label(String name) {
        return entry(name).label();
    }

    /** Whether it can bend the noise levels, as Karras and others do; if not, there is only the default. */
    public static boolean takesSigmaSchedules(String name) {
        return entry(name).diffusers().takesSigmaSchedules();
    }

    /** @throws GenerationException UNSUPPORTED, naming those that there are, or the schedule that this one cannot take */
    public static void require(String name, SigmaSchedule schedule) {
        if (schedule != SigmaSchedule.DEFAULT && !takesSigmaSchedules(name)) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "The scheduler \"" + name + "\" has no sigma_schedule \""
                            + schedule.name().toLowerCase(Locale.ROOT) + "\"; it takes: default");
        }
    }

    /** @throws GenerationException UNSUPPORTED if the algorithm finds its steps by itself, as in diffusers */
    public static void require(String name, InferenceSteps steps) {
        Set<Option> options = entry(name).options();
        if (steps.timesteps().isPresent() && !options.contains(TIMESTEPS)) {
            throw unsupported(name, "timesteps", TIMESTEPS);
        }
        if (steps.sigmas().isPresent() && !options.contains(SIGMAS)) {
            throw unsupported(name, "sigmas", SIGMAS);
        }
    }

    /** @throws GenerationException UNSUPPORTED if the algorithm has no solver to choose */
    public static void require(String name, SolverType solver) {
        if (!entry(name).options().contains(SOLVER_TYPE)) {
            throw unsupported(name, "solver_type \"" + solver.name().toLowerCase(Locale.ROOT) + '"', SOLVER_TYPE);
        }
    }

    /** @throws GenerationException UNSUPPORTED if noise is asked for and the algorithm has no share of it to choose */
    public static void requireEta(String name, double eta) {
        if (eta != 0 && !takesEta(name)) {
            throw unsupported(name, "eta " + eta, ETA);
        }
    }

    public static boolean takesEta(String name) {
        return entry(name).options().contains(ETA);
    }

    private static GenerationException unsupported(String name, String what, Option option) {
        String able = ENTRIES.stream()
                .filter(e -> e.options().contains(option))
                .map(Entry::name)
                .collect(Collectors.joining(", "));
        return new GenerationException(
                ErrorCode.UNSUPPORTED, "The scheduler \"" + name + "\" takes no " + what + "; these do: " + able);
    }

    /** As {@link #create(String, SchedulerConfig, InferenceSteps, double)}, spaced as the configuration says. */
    public static Scheduler create(String name, SchedulerConfig config, int steps) {
        return create(name, config, InferenceSteps.of(steps), 0);
    }

    /**
     * @param name   the algorithm
     * @param config the model's own settings; what the algorithm's class does not know is ignored, as in diffusers
     * @param eta    share of DDPM's noise that is added in each step, for the algorithms that let one choose
     * @throws GenerationException UNSUPPORTED, naming those that there are, or what this one cannot do; INVALID_REQUEST if
     *                             the training had fewer timesteps
     */
    public static Scheduler create(String name, SchedulerConfig config, InferenceSteps steps, double eta) {
        int trained = config.numTrainTimesteps();
        if (steps.count() > trained) {
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST, "num_inference_steps must be at most " + trained + ": " + steps.count());
        }
        steps.timesteps()
                .map(list -> list.get(0))
                .filter(first -> first >= trained)
                .ifPresent(first -> {
                    throw new GenerationException(
                            ErrorCode.INVALID_REQUEST, "timesteps must be below " + trained + ": " + first);
                });
        require(name, steps);
        requireEta(name, eta);
        Entry entry = entry(name);
        return entry.factory().create(config.forClass(entry.diffusers()), steps, eta);
    }

    private static Entry entry(String name) {
        return ENTRIES.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.UNSUPPORTED,
                        "There is no scheduler \"" + name + "\" here; available: " + String.join(", ", names())));
    }
}
