package io.atelier.worker.health;

import io.atelier.worker.WorkerState;
import io.atelier.worker.WorkerState.Phase;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Ready means: the model has drawn its warm-up picture, and the job loop has talked to the broker. */
@Readiness
@Startup
@ApplicationScoped
public class ReadyCheck implements HealthCheck {
    private final WorkerState state;

    ReadyCheck(WorkerState state) {
        this.state = state;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("worker")
                .status(state.phase() == Phase.READY && state.sickness().isEmpty())
                .withData("phase", state.phase().name());
        state.sickness().ifPresent(reason -> response.withData("sick", reason));
        return response.build();
    }
}
