package io.atelier.gateway.health;

import io.atelier.gateway.Gateway;
import io.atelier.gateway.kafka.Follower;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the broker answers and every loop has its partitions. */
@Readiness
public class KafkaReadiness implements HealthCheck {
    private final Gateway gateway;

    public KafkaReadiness(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public HealthCheckResponse call() {
        boolean ready = gateway.brokerReachable();
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("kafka").withData("broker", ready ? "answers" : "does not answer");
        for (Follower follower : gateway.followers()) {
            ready &= follower.ready();
            response.withData(follower.name(), follower.ready() ? "follows" : "waits for its partitions");
        }
        return response.withData("records that the store does not know yet", gateway.projectionLag())
                .status(ready)
                .build();
    }
}
