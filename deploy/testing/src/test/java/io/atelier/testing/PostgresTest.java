package io.atelier.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PostgresTest {
    @Test
    void where_it_does_not_run_tests_are_skipped_unless_it_is_required() {
        assertThatThrownBy(() -> Postgres.doWithout("no setpriv", false))
                .matches(e -> e.getClass().getSimpleName().equals("TestAbortedException"), "skips the test")
                .hasMessageContaining("no setpriv");
        assertThatThrownBy(() -> Postgres.doWithout("no setpriv", true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no setpriv");
    }
}
