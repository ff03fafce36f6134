package io.atelier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.chaos.Chaos;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the chaos program, and the proof that its oracle sees what is wrong. */
@Tag("long")
class ChaosIT {
    @TempDir
    Path data;

    @Test
    void a_cluster_that_is_killed_piece_by_piece_keeps_every_promise() {
        assertThat(chaos()).isZero();
    }

    @Test
    void the_oracle_catches_workers_that_acknowledge_before_they_store() {
        // So busy that nearly every kill hits a job that was acknowledged and not yet stored.
        assertThat(chaos("--careless", "--patience-seconds", "20", "--draw-ms", "700"))
                .isEqualTo(1);
    }

    private int chaos(String... more) {
        String[] usual = {
            "--seed",
            "11",
            "--seconds",
            "60",
            "--jobs",
            "200",
            "--kills",
            "10",
            "--home",
            System.getProperty("atelier.home"),
            "--data",
            data.toString()
        };
        String[] all = Stream.concat(Arrays.stream(usual), Arrays.stream(more)).toArray(String[]::new);
        return Chaos.run(all);
    }
}
