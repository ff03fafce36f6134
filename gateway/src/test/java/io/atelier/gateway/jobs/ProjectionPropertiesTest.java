package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stories shuffled, repeated and with gaps; each from a seed of its own. */
class ProjectionPropertiesTest {
    private static final int SEEDS = 5000;

    @Test
    void no_order_repetition_or_gap_changes_where_a_story_ends() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Story story = Story.any("job", random);

            StoredJob job = null;
            for (Change change : story.arriving(random)) {
                StoredJob before = job;
                job = Projection.fold(Optional.ofNullable(before), change);
                assertNeverBack(seed, before, job);
            }

            assertThat(job.generation())
                    .as("seed %s", seed)
                    .isEqualTo(story.ends().get(0));
        }
    }

    @Test
    void replay_changes_nothing() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<Change> arriving = Story.any("job", random).arriving(random);
            StoredJob once = folded(Optional.empty(), arriving);

            Collections.shuffle(arriving, random);
            assertThat(folded(Optional.of(once), arriving)).as("seed %s", seed).isEqualTo(once);
        }
    }

    @Test
    void of_rival_ends_the_first_that_arrives_stays_for_ever() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Story story = Story.ofRivals("job", random);
            List<Change> arriving = story.arriving(random);

            StoredJob job = null;
            Generation winner = null;
            for (Change change : arriving) {
                StoredJob before = job;
                job = Projection.fold(Optional.ofNullable(before), change);
                assertNeverBack(seed, before, job);
                if (winner == null && change.generation().status().terminal()) {
                    winner = change.generation();
                }
                // At every step, since what comes after it may never come.
                if (winner == null) {
                    assertThat(job.generation().status().terminal())
                            .as("seed %s", seed)
                            .isFalse();
                } else {
                    assertThat(job.generation()).as("seed %s", seed).isEqualTo(winner);
                }
            }
            Collections.shuffle(arriving, random);
            assertThat(folded(Optional.of(job), arriving))
                    .as("seed %s, read again", seed)
                    .isEqualTo(job);
        }
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
}
