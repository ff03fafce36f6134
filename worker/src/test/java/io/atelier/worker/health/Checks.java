package io.atelier.worker.health;

import io.atelier.worker.WorkerState;
import org.eclipse.microprofile.health.HealthCheck;

/** Makes checks as the container makes them. */
public final class Checks {
    private Checks() {}

    public static HealthCheck ready(WorkerState state) {
        return new ReadyCheck(state);
    }
}
