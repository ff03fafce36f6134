package io.atelier.gateway.health;

import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.jobs.JobsException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the job store answers. */
@Readiness
public class StoreReadiness implements HealthCheck {
    private final Jobs jobs;

    public StoreReadiness(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            jobs.check();
            return HealthCheckResponse.up("store");
        } catch (JobsException e) {
            return HealthCheckResponse.named("store")
                    .down()
                    .withData("reason", e.getMessage())
                    .build();
        }
    }
}
