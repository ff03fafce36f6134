package io.atelier.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "_a", ".a", "a/b", "a.b", "a b", "a=b", "a\nb", "ä"})
    void what_could_be_part_of_a_path_is_no_name(String name) {
        assertThat(Tenant.isValid(name)).isFalse();
        assertThatThrownBy(() -> new GenerationId(name, "my-1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_name_has_63_characters_at_most() {
        assertThat(Tenant.isValid("a".repeat(63))).isTrue();
        assertThat(Tenant.isValid("a".repeat(64))).isFalse();
    }

    @Test
    void keys_of_two_tenants_never_meet() {
        GenerationId plain = new GenerationId("my-1");
        GenerationId theirs = new GenerationId("acme", "my-1");

        assertThat(plain.key()).isEqualTo("my-1");
        assertThat(theirs.key()).isEqualTo("acme/my-1");
        assertThat(GenerationId.ofKey(plain.key())).contains(plain);
        assertThat(GenerationId.ofKey(theirs.key())).contains(theirs);
        assertThat(GenerationId.ofKey("a/b/c")).isEmpty();
        assertThat(GenerationId.ofKey("/b")).isEmpty();
        assertThat(theirs).isNotEqualTo(plain).isEqualTo(plain.of("acme"));
    }

    @Test
    void objects_lie_in_folders_that_no_request_can_name() {
        assertThat(Tenant.objectPrefix("default")).isEmpty();
        assertThat(Tenant.objectPrefix("acme")).isEqualTo("tenant=acme/");
        assertThat(GenerationId.isValid("tenant=acme")).isFalse();
        assertThat(Tenant.owns("acme", "tenant=acme/my-1/0.png")).isTrue();
        assertThat(Tenant.owns("acme", "tenant=acme2/my-1/0.png")).isFalse();
        assertThat(Tenant.owns("default", "tenant=acme/my-1/0.png")).isFalse();
        assertThat(Tenant.owns("default", "my-1/0.png")).isTrue();
    }
}
