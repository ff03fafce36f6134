package io.atelier.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.GenerationException;
import io.atelier.gateway.FakeKafka;
import io.atelier.gateway.jobs.Change;
import io.atelier.gateway.jobs.JdbcJobs;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Samples;
import io.atelier.gateway.jobs.StoredJob;
import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.job.Generation;
import io.atelier.job.Priority;
import io.atelier.message.Topics;
import io.atelier.testing.SettableClock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueWatchTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    private final Database database = TestDatabases.h2();
    private final JdbcJobs jobs = new JdbcJobs(database.dataSource());
    private final SettableClock clock = new SettableClock(START);
    private final FakeKafka kafka = new FakeKafka();
    private final QueueWatch queue = new QueueWatch(
            kafka,
            new Topics(Topics.DEFAULT_PREFIX),
            new JobQueries(database.dataSource()),
            new LiveWorkers(clock),
            clock);

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void behind_a_few_the_place_is_counted_anew_for_each() {
        waiting(1);
        Generation second = waiting(2);
        assertThat(position(second)).isEqualTo(2);

        end(1);

        assertThat(position(second)).isEqualTo(1);
        assertThat(position(submit(3, clock.instant()))).isEqualTo(2);
    }

    @Test
    void behind_many_it_is_that_of_the_last_look() {
        for (int i = 0; i < 150; i++) {
            waiting(i);
        }
        clock.set(START.plusMillis(200));
        assertThat(position(submit(150, clock.instant()))).as("the first look").isEqualTo(151);
        for (int i = 0; i < 10; i++) {
            end(i);
        }

        clock.set(START.plusMillis(900));
        assertThat(position(submit(151, clock.instant())))
                .as("by the look of before")
                .isEqualTo(152);

        clock.set(START.plusMillis(1300));
        assertThat(position(submit(152, clock.instant()))).as("a second later").isEqualTo(143);
    }

    /** As under load: it took a while from when it was made until its place is told, and others have looked meanwhile. */
    @Test
    void behind_many_one_that_was_made_just_before_the_last_look_is_not_counted_anew() {
        for (int i = 0; i < 150; i++) {
            waiting(i);
        }
        Generation slow = submit(150, START.plusMillis(150));
        submit(151, START.plusMillis(160));
        clock.set(START.plusMillis(200));
        position(submit(152, clock.instant()));

        assertThat(position(slow)).as("with those that came in between").isEqualTo(153);
        clock.set(START.plusMillis(1300));
        position(submit(153, clock.instant()));
        assertThat(position(slow)).as("counted, since it is old").isEqualTo(151);
    }

    @Test
    void behind_very_many_there_is_no_place_but_all_are_counted() {
        List<StoredJob> all = IntStream.range(0, 1003)
                .mapToObj(number -> new StoredJob(queued(number, START), false, Optional.of("hash")))
                .toList();
        jobs.addAll(all);

        assertThat(queue.place(submit(1003, START.plusMillis(1)))).isEmpty();
        assertThat(queue.state().depth()).isEqualTo(1004);
    }

    @Test
    void brokers_that_are_away_are_asked_once_a_second() {
        kafka.away(true);
        assertThatThrownBy(queue::state).isInstanceOf(GenerationException.class);
        assertThat(queue.depth(Priority.HIGH)).as("of a gauge").isNaN();
        kafka.away(false);

        clock.set(START.plusMillis(900));
        assertThatThrownBy(queue::state).isInstanceOf(GenerationException.class);

        clock.set(START.plusMillis(1100));
        assertThat(queue.state().depth()).isZero();
    }

    private long position(Generation generation) {
        return queue.place(generation).orElseThrow().position();
    }

    /** One that has waited since before the clock began, later ones for shorter. */
    private Generation waiting(int number) {
        return submit(number, START.minusMillis(1000 - number));
    }

    private Generation submit(int number, Instant createdAt) {
        Generation queued = queued(number, createdAt);
        jobs.putIfAbsent(queued, "hash");
        return queued;
    }

    private static Generation queued(int number, Instant createdAt) {
        return Samples.queued("job-" + number).toBuilder().createdAt(createdAt).build();
    }

    private void end(int number) {
        jobs.apply(List.of(new Change.Told(Samples.succeeded("job-" + number, 1))), Map.of());
    }
}
