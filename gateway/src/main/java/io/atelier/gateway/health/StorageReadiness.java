package io.atelier.gateway.health;

import io.atelier.gateway.Gateway;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Tells whether the store of the pictures answers. The gateway is ready without it: it takes requests and tells of
 * generations, and only workers need it to go on.
 */
@Readiness
public class StorageReadiness implements HealthCheck {
    private final Gateway gateway;

    public StorageReadiness(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("storage")
                .up()
                .withData("pictures", gateway.storageReachable() ? "answers" : "does not answer")
                .build();
    }
}
