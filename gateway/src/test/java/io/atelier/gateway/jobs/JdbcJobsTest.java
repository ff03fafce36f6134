package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcJobsTest {
    private static final TopicPartition PARTITION = new TopicPartition("atelier.generation.events", 3);
    private static final GenerationId ID = new GenerationId("job");

    private Jobs jobs;

    @BeforeEach
    void open() throws Exception {
        jobs = new JdbcJobs(TestStore.inMemory(UUID.randomUUID().toString()));
    }

    @Test
    void an_accepted_generation_is_found_at_once() {
        assertThat(jobs.putIfAbsent(queued("job"))).isEqualTo(queued("job"));

        assertThat(jobs.find(ID)).contains(queued("job"));
        assertThat(jobs.find(new GenerationId("other"))).isEmpty();
    }

    @Test
    void an_accepted_generation_does_not_replace_one_that_is_further_on() {
        jobs.apply(told(started("job", 1)), Map.of());

        assertThat(jobs.putIfAbsent(queued("job"))).isEqualTo(started("job", 1));
        assertThat(jobs.find(ID)).contains(started("job", 1));
    }

    @Test
    void changes_and_offsets_go_in_together() {
        jobs.apply(told(started("job", 1)), Map.of(PARTITION, 8L));

        assertThat(jobs.find(ID)).contains(started("job", 1));
        assertThat(jobs.nextOffsets()).containsExactlyEntriesOf(Map.of(PARTITION, 8L));
    }

    @Test
    void nothing_goes_in_when_one_change_cannot() {
        Generation impossible = new Generation.Builder()
                .id(new GenerationId("far"))
                .createdAt(Instant.MAX)
                .build();

        assertThatThrownBy(() -> jobs.apply(
                        List.of(new Change.Told(started("job", 1)), new Change.Told(impossible)),
                        Map.of(PARTITION, 8L)))
                .isInstanceOf(DateTimeException.class);

        assertThat(jobs.find(ID)).isEmpty();
        assertThat(jobs.nextOffsets()).isEmpty();
    }

    @Test
    void offsets_never_go_back_unless_forgotten() {
        jobs.apply(List.of(), Map.of(PARTITION, 8L));
        jobs.apply(List.of(), Map.of(PARTITION, 5L));
        assertThat(jobs.nextOffsets()).containsEntry(PARTITION, 8L);

        jobs.forgetOffset(PARTITION);
        assertThat(jobs.nextOffsets()).isEmpty();
    }

    @Test
    void a_request_is_announced_once_it_was_seen_in_its_topic() {
        jobs.putIfAbsent(queued("job"));
        assertThat(jobs.find(List.of(ID)).get(ID).announced()).isFalse();

        jobs.apply(List.of(new Change.Requested(queued("job"))), Map.of());
        assertThat(jobs.find(List.of(ID)).get(ID).announced()).isTrue();
    }

    @Test
    void the_first_end_stays() {
        jobs.apply(told(succeeded("job", 1)), Map.of());
        jobs.apply(told(failed("job", 2)), Map.of());

        assertThat(jobs.find(ID)).contains(succeeded("job", 1));
    }

    /** Order, repeats and gaps must not matter as long as the end is among what arrives. */
    @Test
    void any_order_repetition_and_truncation_leads_to_the_same_row() {
        List<Change> story = List.of(
                new Change.Requested(queued("job")),
                new Change.Told(queued("job")),
                new Change.Told(started("job", 1)),
                new Change.Told(started("job", 2)),
                new Change.Told(started("job", 3)),
                new Change.Told(succeeded("job", 3)));
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            String id = "job-" + seed;
            List<Change> arriving = arriving(story, id, random);

            int from = 0;
            while (from < arriving.size()) {
                int to = Math.min(arriving.size(), from + 1 + random.nextInt(4));
                jobs.apply(arriving.subList(from, to), Map.of());
                from = to;
            }

            assertThat(jobs.find(new GenerationId(id))).as("seed %s", seed).contains(succeeded(id, 3));
        }
    }

    @Test
    void without_an_end_the_furthest_state_stays_in_any_order() {
        List<Change> story = List.of(
                new Change.Requested(queued("job")),
                new Change.Told(started("job", 1)),
                new Change.Told(started("job", 2)));
        for (int seed = 0; seed < 100; seed++) {
            List<Change> arriving = new ArrayList<>(renamed(story, "open-" + seed));
            Collections.shuffle(arriving, new Random(seed));

            arriving.forEach(change -> jobs.apply(List.of(change), Map.of()));

            GenerationId id = new GenerationId("open-" + seed);
            assertThat(jobs.find(id)).contains(started("open-" + seed, 2));
            assertThat(jobs.find(List.of(id)).get(id).announced()).isTrue();
        }
    }

    private static List<Change> arriving(List<Change> story, String id, Random random) {
        List<Change> all = renamed(story, id);
        List<Change> arriving = new ArrayList<>(List.of(all.get(all.size() - 1)));
        for (Change change : all) {
            for (int copies = random.nextInt(3); copies > 0; copies--) {
                arriving.add(change);
            }
        }
        Collections.shuffle(arriving, random);
        return arriving;
    }

    private static List<Change> renamed(List<Change> story, String id) {
        List<Change> renamed = new ArrayList<>();
        for (Change change : story) {
            Generation generation = change.generation().status() == io.atelier.job.GenerationStatus.SUCCEEDED
                    ? succeeded(id, change.generation().attempt())
                    : change.generation().toBuilder().id(new GenerationId(id)).build();
            renamed.add(
                    change instanceof Change.Requested
                            ? new Change.Requested(generation)
                            : new Change.Told(generation));
        }
        return renamed;
    }

    private static List<Change> told(Generation generation) {
        return List.of(new Change.Told(generation));
    }
}
