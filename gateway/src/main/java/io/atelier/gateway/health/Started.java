package io.atelier.gateway.health;

import io.atelier.gateway.Gateway;
import io.atelier.gateway.kafka.Follower;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started once every loop has had its partitions, and the store has every event that was there before. */
@Startup
public class Started implements HealthCheck {
    private final Gateway gateway;
    private volatile boolean started;

    public Started(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        started = started || gateway.followers().stream().allMatch(Follower::ready) && gateway.caughtUp();
        return HealthCheckResponse.named("gateway").status(started).build();
    }
}
