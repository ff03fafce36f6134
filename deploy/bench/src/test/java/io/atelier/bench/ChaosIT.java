package io.atelier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.chaos.Chaos;
import io.atelier.bench.chaos.OracleProof;
import java.nio.file.Path;
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
        assertThat(Chaos.run(
                        "--seed",
                        "11",
                        "--seconds",
                        "30",
                        "--jobs",
                        "100",
                        "--kills",
                        "6",
                        "--home",
                        System.getProperty("atelier.home"),
                        "--data",
                        data.toString()))
                .isZero();
    }

    @Test
    void the_oracle_catches_workers_that_acknowledge_before_they_store() {
        assertThat(OracleProof.run("--seed", "1", "--jobs-each", "3", "--kills", "2", "--data", data.toString()))
                .isZero();
    }
}
