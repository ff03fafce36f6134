package io.atelier.gateway.health;

import io.atelier.gateway.Gateway;
import io.atelier.gateway.kafka.Follower;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as the loops come round, whether or not there is a broker: starting anew would not bring it back. */
@Liveness
public class KafkaLiveness implements HealthCheck {
    private static final Duration STUCK = Duration.ofMinutes(1);

    private final Gateway gateway;
    private final Clock clock;

    public KafkaLiveness(Gateway gateway, Clock clock) {
        this.gateway = gateway;
        this.clock = clock;
    }

    @Override
    public HealthCheckResponse call() {
        Instant now = clock.instant();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("loops").up();
        for (Follower follower : gateway.followers()) {
            Duration age = Duration.between(follower.lastRound(), now);
            response.withData(follower.name() + " came round before", age.toMillis() + " ms");
            if (age.compareTo(STUCK) > 0) {
                response.down();
            }
        }
        return response.build();
    }
}
