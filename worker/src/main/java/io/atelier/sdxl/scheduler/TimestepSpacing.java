package io.atelier.sdxl.scheduler;

/** How the inference steps are spread over the training timesteps (Lin et al. 2023, table 2). */
public enum TimestepSpacing {
    LEADING,
    TRAILING,
    LINSPACE
}
