package io.atelier.sdxl.scheduler;

import static io.atelier.sdxl.scheduler.TimestepSpacing.LEADING;
import static io.atelier.sdxl.scheduler.TimestepSpacing.LINSPACE;

import io.atelier.sdxl.scheduler.SchedulerConfig.BetaSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A class of diffusers, as far as the reading of {@code scheduler_config.json} depends on it: what holds where the file
 * says nothing, and which keys the class does not know and therefore ignores.
 *
 * @see "diffusers configuration_utils.py, from_config"
 */
enum SchedulerClass {
    EULER("EulerDiscreteScheduler", Betas.WIDE, LINSPACE, false, false, Keys.NONE),
    EULER_ANCESTRAL(
            "EulerAncestralDiscreteScheduler",
            Betas.WIDE,
            LINSPACE,
            false,
            false,
            Keys.join(Keys.EULER_ONLY, Keys.SIGMA_SCHEDULES)),
    HEUN("HeunDiscreteScheduler", Betas.NARROW, LINSPACE, false, false, Keys.join(Keys.EULER_ONLY, Keys.ZERO_SNR)),
    LMS("LMSDiscreteScheduler", Betas.WIDE, LINSPACE, false, false, Keys.join(Keys.EULER_ONLY, Keys.ZERO_SNR)),
    DPM_SOLVER_MULTISTEP("DPMSolverMultistepScheduler", Betas.WIDE, LINSPACE, false, false, Keys.NONE),
    UNIPC("UniPCMultistepScheduler", Betas.WIDE, LINSPACE, false, false, Keys.NONE),
    DDIM("DDIMScheduler", Betas.WIDE, LEADING, true, true, Keys.SIGMA_SCHEDULES),
    DDPM("DDPMScheduler", Betas.WIDE, LEADING, true, false, Keys.SIGMA_SCHEDULES),
    PNDM("PNDMScheduler", Betas.WIDE, LEADING, false, false, Keys.join(Keys.SIGMA_SCHEDULES, Keys.ZERO_SNR)),
    LCM("LCMScheduler", Betas.NARROW_SCALED, LEADING, false, true, Keys.SIGMA_SCHEDULES);

    private record Betas(double start, double end, BetaSchedule schedule) {
        static final Betas WIDE = new Betas(0.0001, 0.02, BetaSchedule.LINEAR);
        static final Betas NARROW = new Betas(0.00085, 0.012, BetaSchedule.LINEAR);
        static final Betas NARROW_SCALED = new Betas(0.00085, 0.012, BetaSchedule.SCALED_LINEAR);
    }

    private static final class Keys {
        static final List<String> NONE = List.of();
        static final List<String> EULER_ONLY = List.of("interpolation_type", "final_sigmas_type");
        static final List<String> ZERO_SNR = List.of("rescale_betas_zero_snr");
        static final List<String> SIGMA_SCHEDULES =
                List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas");

        static List<String> join(List<String> first, List<String> second) {
            return Stream.concat(first.stream(), second.stream()).toList();
        }
    }

    private final String className;
    private final Betas betas;
    private final TimestepSpacing timestepSpacing;
    private final boolean clipSample;
    private final boolean setAlphaToOne;
    private final List<String> ignoredKeys;

    SchedulerClass(
            String className,
            Betas betas,
            TimestepSpacing timestepSpacing,
            boolean clipSample,
            boolean setAlphaToOne,
            List<String> ignoredKeys) {
        this.className = className;
        this.betas = betas;
        this.timestepSpacing = timestepSpacing;
        this.clipSample = clipSample;
        this.setAlphaToOne = setAlphaToOne;
        this.ignoredKeys = ignoredKeys;
    }

    /** The class of that name; Euler, which ignores the least, if it is none that we have. */
    static SchedulerClass named(String className) {
        return Arrays.stream(values())
                .filter(c -> c.className.equals(className))
                .findFirst()
                .orElse(EULER);
    }

    String className() {
        return className;
    }

    double betaStart() {
        return betas.start();
    }

    double betaEnd() {
        return betas.end();
    }

    BetaSchedule betaSchedule() {
        return betas.schedule();
    }

    TimestepSpacing timestepSpacing() {
        return timestepSpacing;
    }

    boolean clipSample() {
        return clipSample;
    }

    boolean setAlphaToOne() {
        return setAlphaToOne;
    }

    List<String> ignoredKeys() {
        return ignoredKeys;
    }

    boolean takesSigmaSchedules() {
        return !ignoredKeys.containsAll(Keys.SIGMA_SCHEDULES);
    }
}
