package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.jobs.GenerationUpdates.Subscription;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GenerationUpdatesTest {
    private static final GenerationId JOB = new GenerationId("job");

    private final GenerationUpdates updates = new GenerationUpdates();
    private final List<Generation> heard = new ArrayList<>();

    @Test
    void every_listener_hears_what_is_new_in_its_order() {
        updates.subscribe(JOB, heard::add);

        updates.publish(Samples.started("job", 1));
        updates.publish(Samples.progressed("job", 1, "base", 2));
        updates.publish(Samples.progressed("job", 1, "base", 1));
        updates.publish(Samples.started("other", 1));
        updates.publish(Samples.succeeded("job", 1));

        assertThat(heard)
                .containsExactly(
                        Samples.started("job", 1),
                        Samples.progressed("job", 1, "base", 2),
                        Samples.succeeded("job", 1));
        assertThat(updates.latest(JOB)).contains(Samples.succeeded("job", 1));
    }

    @Test
    void who_has_closed_hears_no_more() {
        updates.subscribe(JOB, heard::add).close();

        updates.publish(Samples.started("job", 1));

        assertThat(heard).isEmpty();
        assertThat(updates.listeners()).isZero();
    }

    @Test
    void what_runs_is_remembered_however_many_others_end() {
        updates.publish(Samples.progressed("job", 1, "base", 2));
        updates.publish(Samples.succeeded("ended", 1));

        for (int i = 0; i < 2000; i++) {
            updates.publish(Samples.succeeded("other-" + i, 1));
        }

        assertThat(updates.latest(JOB)).contains(Samples.progressed("job", 1, "base", 2));
        assertThat(updates.latest(new GenerationId("other-1999"))).contains(Samples.succeeded("other-1999", 1));
        assertThat(updates.latest(new GenerationId("ended"))).isEmpty();
    }

    @Test
    void old_news_of_what_has_ended_is_passed_over() {
        updates.publish(Samples.succeeded("job", 1));

        updates.publish(Samples.progressed("job", 1, "base", 2));

        assertThat(updates.latest(JOB)).contains(Samples.succeeded("job", 1));
    }

    /** As a stream does that ends by a look into the store while it is told of the end. */
    @Test
    void a_listener_may_wait_for_another_thread_that_ends_its_subscription() throws Exception {
        AtomicReference<Subscription> own = new AtomicReference<>();
        own.set(updates.subscribe(JOB, told -> {
            CompletableFuture.runAsync(() -> own.get().close()).join();
            heard.add(told);
        }));

        CompletableFuture.runAsync(() -> updates.publish(Samples.succeeded("job", 1)))
                .get(20, TimeUnit.SECONDS);

        assertThat(heard).hasSize(1);
        assertThat(updates.listeners()).isZero();
    }
}
