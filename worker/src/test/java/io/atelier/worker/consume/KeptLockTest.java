package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.worker.share.HeldRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.junit.jupiter.api.Test;

class KeptLockTest {
    private static final Duration LOCK = Duration.ofSeconds(30);

    private final List<AcknowledgeType> told = new ArrayList<>();
    private final List<Boolean> renewals = new ArrayList<>();
    private boolean refusing;
    private long now;
    private final KeptLock lock = new KeptLock(
            new HeldRecord(new ConsumerRecord<>("requests", 0, 5, null, new byte[0]), this::tell),
            LOCK,
            () -> now,
            new JobObserver() {
                @Override
                public void renewed(boolean granted) {
                    renewals.add(granted);
                }
            });

    private void tell(AcknowledgeType type) {
        if (refusing) {
            throw new InvalidRecordStateException("not yours");
        }
        told.add(type);
    }

    @Test
    void is_renewed_once_in_a_third_of_its_time() {
        for (int second = 0; second <= 60; second++) {
            assertThat(lock.keep()).isTrue();
            pass(Duration.ofSeconds(1));
        }

        assertThat(told).as("renewals in a minute").hasSize(5).containsOnly(AcknowledgeType.RENEW);
        assertThat(renewals).hasSize(5).containsOnly(true);
    }

    @Test
    void is_lost_when_the_broker_refuses_to_renew_it() {
        pass(LOCK.dividedBy(3).plusMillis(1));
        refusing = true;

        assertThat(lock.keep()).isFalse();
        assertThat(renewals).containsExactly(false);
    }

    @Test
    void is_lost_after_a_freeze_without_asking_a_broker_who_would_say_yes() {
        pass(LOCK.plusMillis(1));

        assertThat(lock.keep()).isFalse();
        assertThat(told).isEmpty();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
