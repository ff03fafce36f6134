package io.atelier.sdxl.scheduler;

/** How DPM-Solver++ takes its steps of second order. */
public enum SolverType {
    MIDPOINT,
    HEUN
}
