package io.atelier.worker.health;

import io.atelier.worker.WorkerState;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Ready means: the model has drawn its warm-up picture, the job loop has talked to the broker, and the worker takes work. When it
 * is not, the answer says why.
 */
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
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("worker")
                .status(state.isReady())
                .withData("phase", state.phase().name());
        state.reason().ifPresent(reason -> answer.withData("reason", reason));
        return answer.build();
    }
}
