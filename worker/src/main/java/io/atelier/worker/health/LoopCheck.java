package io.atelier.worker.health;

import io.atelier.worker.WorkerState;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive means that the job loop came round lately. */
@Liveness
@ApplicationScoped
public class LoopCheck implements HealthCheck {
    private final WorkerState state;

    LoopCheck(WorkerState state) {
        this.state = state;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("job loop").status(state.isAlive()).build();
    }
}
