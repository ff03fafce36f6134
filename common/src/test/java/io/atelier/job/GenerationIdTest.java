package io.atelier.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "A-17", "0197f3c2-7c1e-7000-8000-000000000000", "_x", "a.b", "-"})
    void ordinary_names_are_ids(String id) {
        assertThat(new GenerationId(id)).hasToString(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "a b", "ä", "a\n", "a\u0000"})
    void what_could_leave_its_folder_or_break_a_line_is_no_id(String id) {
        assertThatThrownBy(() -> new GenerationId(id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_id_has_at_most_128_characters() {
        assertThat(GenerationId.isValid("x".repeat(128))).isTrue();
        assertThat(GenerationId.isValid("x".repeat(129))).isFalse();
    }

    @Test
    void a_random_id_is_a_uuid_of_version_7_that_tells_its_time() {
        UUID uuid = UUID.fromString(GenerationId.random(0x0123456789ABL).value());

        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
        assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(0x0123456789ABL);
    }

    @Test
    void an_idempotency_key_always_gives_the_same_id_within_its_tenant() {
        GenerationId id = GenerationId.ofIdempotencyKey("default", "key");

        assertThat(id).isEqualTo(GenerationId.ofIdempotencyKey("default", "key"));
        assertThat(id).isNotEqualTo(GenerationId.ofIdempotencyKey("other", "key"));
        assertThat(UUID.fromString(id.value()).version()).isEqualTo(5);
    }

    @Test
    void the_seed_is_the_start_of_the_sha_256_of_the_id() {
        // printf 'my-1' | sha256sum | cut -c1-8 prints d8747231
        assertThat(new GenerationId("my-1").seed()).isEqualTo(0xd8747231L);
    }
}
