package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.canceled;
import static io.atelier.gateway.jobs.Samples.expired;
import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.progressed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stories as the topics could tell them, shuffled, repeated and with gaps; each from a seed of its own. */
class ProjectionPropertiesTest {
    private static final int SEEDS = 5000;
    private static final int SEEDS_IN_STORE = 300;

    @Test
    void no_order_repetition_or_gap_changes_where_a_story_ends() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Story story = story("job", random);

            StoredJob job = null;
            for (Change change : arriving(story, random)) {
                StoredJob before = job;
                job = Projection.fold(Optional.ofNullable(before), change);
                assertNeverBack(seed, before, job);
            }

            assertThat(job.generation()).as("seed %s", seed).isEqualTo(story.end());
        }
    }

    @Test
    void replay_changes_nothing() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<Change> arriving = arriving(story("job", random), random);
            StoredJob once = folded(Optional.empty(), arriving);

            Collections.shuffle(arriving, random);
            assertThat(folded(Optional.of(once), arriving)).as("seed %s", seed).isEqualTo(once);
        }
    }

    @Test
    void the_store_ends_where_the_story_does_whatever_the_batches() {
        try (Database database = Database.open(DatabaseSettings.h2InMemory("properties"))) {
            Jobs jobs = new JdbcJobs(database.dataSource());
            for (int seed = 0; seed < SEEDS_IN_STORE; seed++) {
                Random random = new Random(seed);
                Story story = story("job-" + seed, random);
                List<Change> arriving = arriving(story, random);

                int from = 0;
                while (from < arriving.size()) {
                    int to = Math.min(arriving.size(), from + 1 + random.nextInt(4));
                    jobs.apply(arriving.subList(from, to), Map.of());
                    from = to;
                }

                assertThat(jobs.find(new GenerationId("job-" + seed)))
                        .as("seed %s", seed)
                        .contains(story.end());
            }
        }
    }

    /** Up to three tries, a failure that is sent again or not, and one of the ends or none. */
    private static Story story(String id, Random random) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.Requested(queued(id), Optional.of("hash")));
        changes.add(new Change.Told(queued(id)));
        Generation last = queued(id);
        int attempt = 0;
        int rounds = 1 + random.nextInt(3);
        for (int round = 0; round < rounds; round++) {
            int tries = random.nextInt(3);
            for (int i = 0; i < tries; i++) {
                attempt++;
                last = started(id, attempt);
                changes.add(new Change.Told(last));
                if (random.nextBoolean()) {
                    last = progressed(id, attempt, "base", 1 + random.nextInt(20));
                    changes.add(new Change.Told(last));
                }
            }
            if (round < rounds - 1 && attempt > 0) {
                last = failed(id, attempt);
                changes.add(new Change.Told(last));
            }
        }
        Optional<Generation> end = end(id, Math.max(1, attempt), last, random);
        end.ifPresent(told -> changes.add(new Change.Told(told)));
        return new Story(changes, end.orElse(last));
    }

    private static Optional<Generation> end(String id, int attempt, Generation last, Random random) {
        if (last.status() == GenerationStatus.FAILED) {
            return Optional.empty();
        }
        return switch (random.nextInt(5)) {
            case 0 -> Optional.of(succeeded(id, attempt));
            case 1 -> Optional.of(failed(id, attempt));
            case 2 -> Optional.of(canceled(id, attempt));
            case 3 -> Optional.of(expired(id, attempt));
            default -> Optional.empty();
        };
    }

    /** The end is always among them; anything else may be missing or come again. */
    private static List<Change> arriving(Story story, Random random) {
        List<Change> arriving = new ArrayList<>();
        for (Change change : story.changes) {
            boolean isEnd = change.generation().equals(story.end());
            int copies = random.nextInt(3) + (isEnd ? 1 : 0);
            arriving.addAll(Collections.nCopies(copies, change));
        }
        Collections.shuffle(arriving, random);
        return arriving;
    }

    private static StoredJob folded(Optional<StoredJob> before, List<Change> changes) {
        Optional<StoredJob> job = before;
        for (Change change : changes) {
            job = Optional.of(Projection.fold(job, change));
        }
        return job.orElseThrow();
    }

    private static void assertNeverBack(int seed, StoredJob before, StoredJob after) {
        if (before == null) {
            return;
        }
        GenerationStatus was = before.generation().status();
        GenerationStatus is = after.generation().status();
        if (was.terminal() && was != GenerationStatus.FAILED) {
            assertThat(after.generation()).as("seed %s", seed).isEqualTo(before.generation());
        }
        if (!is.terminal() || is == GenerationStatus.FAILED) {
            assertThat(after.generation().attempt())
                    .as("seed %s", seed)
                    .isGreaterThanOrEqualTo(before.generation().attempt());
        }
        assertThat(after.announced() || !before.announced()).as("seed %s", seed).isTrue();
    }

    private record Story(List<Change> changes, Generation end) {}
}
