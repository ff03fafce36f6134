package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.store.Database;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** The properties of {@link ProjectionPropertiesTest}, where a database does the folding, batch by batch. */
abstract class ProjectionInStoreContract {
    private static final int SEEDS = 200;

    /** A new database, with its tables. */
    abstract Database open() throws Exception;

    @Test
    void the_store_ends_where_the_story_does_whatever_the_batches() throws Exception {
        assertEnds(Story::any);
    }

    @Test
    void of_rival_ends_the_first_that_arrives_stays_for_ever() throws Exception {
        assertEnds(Story::ofRivals);
    }

    private void assertEnds(BiFunction<String, Random, Story> stories) throws Exception {
        try (Database database = open()) {
            Jobs jobs = new JdbcJobs(database.dataSource());
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                GenerationId id = new GenerationId("job-" + seed);
                Story story = stories.apply(id.value(), random);
                List<Change> arriving = story.arriving(random);

                Generation end = story.endOf(arriving);

                applyInBatches(jobs, arriving, random);
                assertThat(jobs.find(id)).as("seed %s", seed).contains(end);

                Collections.shuffle(arriving, random);
                jobs.apply(arriving, Map.of());
                assertThat(jobs.find(id)).as("seed %s, read again", seed).contains(end);
            }
        }
    }

    private static void applyInBatches(Jobs jobs, List<Change> changes, Random random) {
        int from = 0;
        while (from < changes.size()) {
            int to = Math.min(changes.size(), from + 1 + random.nextInt(4));
            jobs.apply(changes.subList(from, to), Map.of());
            from = to;
        }
    }
}
