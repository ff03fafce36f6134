package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** The algorithms that there are: a new one is a file of its own and a line here. */
public final class Schedulers {
    private static final String DPMPP_2M = "dpmpp_2m";
    private static final String DPMPP_2M_SDE = "dpmpp_2m_sde";
    private static final String DPMPP_3M = "dpmpp_3m";

    private static final List<Entry> ENTRIES = List.of(
            new Entry("euler", SchedulerClass.EULER, "Euler", EulerDiscreteScheduler::new),
            new Entry(
                    "euler_ancestral", SchedulerClass.EULER_ANCESTRAL, "Euler a", EulerAncestralDiscreteScheduler::new),
            new Entry("heun", SchedulerClass.HEUN, "Heun", HeunDiscreteScheduler::new),
            new Entry(
                    DPMPP_2M,
                    SchedulerClass.DPM_SOLVER_MULTISTEP,
                    "DPM++ 2M",
                    DpmSolverMultistepScheduler::secondOrder),
            new Entry(
                    DPMPP_2M_SDE,
                    SchedulerClass.DPM_SOLVER_MULTISTEP,
                    "DPM++ 2M SDE",
                    DpmSolverMultistepScheduler::secondOrderSde),
            new Entry(
                    DPMPP_3M, SchedulerClass.DPM_SOLVER_MULTISTEP, "DPM++ 3M", DpmSolverMultistepScheduler::thirdOrder),
            new Entry("ddim", SchedulerClass.DDIM, "DDIM", DdimScheduler::withoutNoise),
            new Entry("unipc", SchedulerClass.UNIPC, "UniPC", UniPcMultistepScheduler::new),
            new Entry("lcm", SchedulerClass.LCM, "LCM", LcmScheduler::new),
            new Entry("lms", SchedulerClass.LMS, "LMS", LmsDiscreteScheduler::new),
            new Entry("pndm", SchedulerClass.PNDM, "PLMS", PndmScheduler::new),
            new Entry("ddpm", SchedulerClass.DDPM, "DDPM", DdpmScheduler::new));

    /**
     * @param name      what requests call it
     * @param diffusers the class that scheduler_config.json names
     * @param label     what web interfaces for people call it
     */
    private record Entry(
            String name,
            SchedulerClass diffusers,
            String label,
            BiFunction<SchedulerConfig, Integer, Scheduler> factory) {}

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

    /**
     * @param name   the algorithm
     * @param config the model's own settings; what the algorithm's class does not know is ignored, as in diffusers
     * @param steps  inference steps, at least 1
     * @throws GenerationException UNSUPPORTED, naming those that there are, or what this one cannot do
     */
    public static Scheduler create(String name, SchedulerConfig config, int steps) {
        if (steps < 1 || steps > config.numTrainTimesteps()) {
            throw new IllegalArgumentException(
                    "The number of steps must be between 1 and " + config.numTrainTimesteps() + ": " + steps);
        }
        Entry entry = entry(name);
        return entry.factory().apply(config.forClass(entry.diffusers()), steps);
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
