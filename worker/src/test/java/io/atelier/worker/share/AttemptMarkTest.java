package io.atelier.worker.share;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptMarkTest {
    @Test
    void the_next_owner_of_the_partition_goes_on_counting() {
        OffsetAndMetadata committed = AttemptMark.of(null).start(7).toCommit();

        assertThat(committed.offset()).isEqualTo(7);
        assertThat(AttemptMark.of(committed).start(7).attempts()).isEqualTo(2);
    }

    @Test
    void another_record_begins_at_one() {
        AttemptMark third = new AttemptMark(7, 2).start(7);

        assertThat(third.attempts()).isEqualTo(3);
        assertThat(AttemptMark.of(third.afterwards()).start(8).attempts()).isEqualTo(1);
        // Offsets without a record, such as a transaction's mark, lie between.
        assertThat(third.start(9).attempts()).isEqualTo(1);
    }

    @Test
    void an_attempt_that_is_taken_back_leaves_those_before() {
        assertThat(AttemptMark.of(new AttemptMark(7, 3).withoutLast().toCommit())
                        .start(7)
                        .attempts())
                .isEqualTo(3);
        assertThat(AttemptMark.of(new AttemptMark(7, 1).withoutLast().toCommit())
                        .start(7)
                        .attempts())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "attempt=", "attempt=many", "attempt=99999999999", "somebody else's note"})
    void what_others_have_noted_counts_as_nothing(String metadata) {
        assertThat(AttemptMark.of(new OffsetAndMetadata(7, metadata)).start(7).attempts())
                .isEqualTo(1);
    }
}
