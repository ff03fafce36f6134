package io.atelier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.malformed.Malformed;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that nobody can draw from; the program does the same with thousands of them. */
class MalformedRecordsIT {
    @TempDir
    Path data;

    @Test
    void hundreds_are_set_aside_with_a_reason_and_stop_nobody() {
        assertThat(Malformed.run("--records", "300", "--seed", "1", "--data", data.toString()))
                .isZero();
    }
}
