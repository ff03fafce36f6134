package io.atelier.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TenantLimitsTest {
    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);

    @Test
    void without_limits_everything_may_be_asked() {
        TenantLimits limits = new TenantLimits(new Some(-1, 0, 0), Map.of(), nanos::get);

        for (int i = 0; i < 10_000; i++) {
            assertThat(limits.call("acme")).isEmpty();
        }
        assertThat(limits.unfinishedJobs("acme")).isEmpty();
    }

    @Test
    void a_burst_is_let_through_and_then_one_for_each_part_of_a_second() {
        TenantLimits limits = new TenantLimits(new Some(2, 3, 0), Map.of(), nanos::get);

        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).contains(Duration.ofMillis(500));

        pass(Duration.ofMillis(400));
        assertThat(limits.call("acme")).contains(Duration.ofMillis(100));
        pass(Duration.ofMillis(100));
        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).isPresent();

        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            assertThat(limits.call("acme")).isEmpty();
        }
        assertThat(limits.call("acme")).isPresent();
    }

    @Test
    void one_tenants_calls_do_not_count_for_another() {
        TenantLimits limits = new TenantLimits(new Some(1, 0, 0), Map.of(), nanos::get);

        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).isPresent();
        assertThat(limits.call("other")).isEmpty();
    }

    @Test
    void a_tenants_own_limits_go_before_those_of_all() {
        TenantLimits limits = new TenantLimits(
                new Some(1, 1, 7), Map.of("big", new Some(1, 2, 0), "small", new Some(-1, 0, 3)), nanos::get);

        assertThat(limits.call("big")).isEmpty();
        assertThat(limits.call("big")).isEmpty();
        assertThat(limits.call("big")).isPresent();
        assertThat(limits.call("small")).isEmpty();
        assertThat(limits.call("small")).isPresent();
        assertThat(limits.unfinishedJobs("small")).hasValue(3);
        assertThat(limits.unfinishedJobs("big")).hasValue(7);
    }

    @Test
    void a_limit_of_nothing_is_a_mistake() {
        assertThatThrownBy(() -> new TenantLimits(new Some(0, 1, 0), Map.of(), nanos::get))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TenantLimits(new Some(1, 1, 0), Map.of("acme", new Some(1, -1, 0)), nanos::get))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Less than 0 requests, no burst and no jobs are not set. */
    private record Some(double rate, int most, int jobs) implements AccessConfig.Limits {
        @Override
        public OptionalDouble requestsPerSecond() {
            return rate < 0 ? OptionalDouble.empty() : OptionalDouble.of(rate);
        }

        @Override
        public OptionalInt burst() {
            return most == 0 ? OptionalInt.empty() : OptionalInt.of(most);
        }

        @Override
        public OptionalInt unfinishedJobs() {
            return jobs == 0 ? OptionalInt.empty() : OptionalInt.of(jobs);
        }
    }
}
