package io.atelier.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.message.RequestLimits;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TenantLimitsTest {
    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);

    @Test
    void without_limits_everything_may_be_asked() {
        TenantLimits limits = limits();

        for (int i = 0; i < 10_000; i++) {
            assertThat(limits.call("acme")).isEmpty();
        }
        assertThat(limits.unfinishedJobs("acme")).isEmpty();
    }

    @Test
    void a_burst_is_let_through_and_then_one_for_each_part_of_a_second() {
        TenantLimits limits = limits("limits.requests-per-second=2", "limits.burst=3");

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
        TenantLimits limits = limits("limits.requests-per-second=1");

        assertThat(limits.call("acme")).isEmpty();
        assertThat(limits.call("acme")).isPresent();
        assertThat(limits.call("other")).isEmpty();
    }

    @Test
    void a_tenants_own_limits_go_before_those_of_all() {
        TenantLimits limits = limits(
                "limits.requests-per-second=1",
                "limits.burst=1",
                "limits.unfinished-jobs=7",
                "tenants.big.burst=2",
                "tenants.small.unfinished-jobs=3");

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
        assertThatThrownBy(() -> limits("limits.requests-per-second=0")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits("limits.requests-per-second=1", "tenants.acme.burst=-1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_request_may_be_as_large_as_both_gateway_and_tenant_allow() {
        RequestLimits gateway = new RequestLimits(2048, 1_000_000, 150, 8, 100, 1000);
        TenantLimits limits = limits(
                "limits.max-side=1024",
                "limits.max-pixels=2000000",
                "tenants.small.max-pixels=500000",
                "tenants.small.max-steps=20",
                "tenants.small.max-images=1");

        assertThat(limits.requests("acme", gateway)).isEqualTo(new RequestLimits(1024, 1_000_000, 150, 8, 100, 1000));
        assertThat(limits.requests("small", gateway)).isEqualTo(new RequestLimits(1024, 500_000, 20, 1, 100, 1000));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** @param settings below {@code atelier.access} */
    private TenantLimits limits(String... settings) {
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(AccessConfig.class);
        for (String setting : settings) {
            String[] parts = setting.split("=");
            builder.withDefaultValue("atelier.access." + parts[0], parts[1]);
        }
        AccessConfig config = builder.build().getConfigMapping(AccessConfig.class);
        return new TenantLimits(config.limits(), config.tenants(), nanos::get);
    }
}
