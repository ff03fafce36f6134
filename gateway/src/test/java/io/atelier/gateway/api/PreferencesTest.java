package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreferencesTest {
    private static final Duration UNSAID = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofSeconds(120);

    @Test
    void a_number_is_a_number_of_seconds() {
        assertThat(wait("wait=10")).contains(Duration.ofSeconds(10));
        assertThat(wait("respond-async, wait=10")).contains(Duration.ofSeconds(10));
        assertThat(wait("WAIT = \"10\"; foo")).contains(Duration.ofSeconds(10));
        assertThat(wait("wait=0")).contains(Duration.ZERO);
    }

    @Test
    void without_a_number_the_default_holds() {
        assertThat(wait("wait")).contains(UNSAID);
    }

    @Test
    void nobody_waits_longer_than_allowed() {
        assertThat(wait("wait=999999999")).contains(LONGEST);
    }

    @Test
    void what_is_no_wait_is_passed_over() {
        assertThat(wait("return=minimal")).isEmpty();
        assertThat(wait("wait=soon")).isEmpty();
        assertThat(wait("await=5")).isEmpty();
        assertThat(Preferences.wait(List.of(), UNSAID, LONGEST)).isEmpty();
    }

    private static Optional<Duration> wait(String header) {
        return Preferences.wait(List.of(header), UNSAID, LONGEST);
    }
}
