package io.atelier.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GenerationRequestTest {
    private static final Instant CREATED = Instant.parse("2026-11-22T20:00:00Z");
    private static final Instant IN_TEN_MINUTES = CREATED.plus(Duration.ofMinutes(10));

    @Test
    void the_earlier_of_deadline_and_expiry_holds() {
        assertThat(request(null, null).effectiveDeadline(CREATED)).isEmpty();
        assertThat(request(IN_TEN_MINUTES, null).effectiveDeadline(CREATED)).contains(IN_TEN_MINUTES);
        assertThat(request(null, Duration.ofMinutes(5)).effectiveDeadline(CREATED))
                .contains(CREATED.plus(Duration.ofMinutes(5)));
        assertThat(request(IN_TEN_MINUTES, Duration.ofMinutes(5)).effectiveDeadline(CREATED))
                .contains(CREATED.plus(Duration.ofMinutes(5)));
        assertThat(request(IN_TEN_MINUTES, Duration.ofMinutes(15)).effectiveDeadline(CREATED))
                .contains(IN_TEN_MINUTES);
    }

    private static GenerationRequest request(Instant deadline, Duration expiresIn) {
        return new GenerationRequest(null, null, null, null, null, null, null, null, deadline, expiresIn, null);
    }
}
