package io.atelier.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import io.atelier.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration MEMORY = Duration.ofSeconds(10);

    private final Database database =
            Database.open(DatabaseSettings.h2InMemory(UUID.randomUUID().toString()));
    private final ApiKeyStore store = new ApiKeyStore(database.dataSource());
    private final SettableClock clock = new SettableClock(NOON);
    private final ApiKeys keys = new ApiKeys(store, MEMORY, clock);

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void a_key_tells_its_tenant() {
        String acme = store.add("acme", NOON).reveal();
        String other = store.add("other", NOON).reveal();

        assertThat(keys.tenant(acme)).isEqualTo("acme");
        assertThat(keys.tenant(other)).isEqualTo("other");
    }

    @Test
    void the_right_id_with_another_secret_is_refused_also_when_the_key_is_remembered() {
        String key = store.add("acme", NOON).reveal();
        char last = key.charAt(key.length() - 1);
        String forged = key.substring(0, key.length() - 1) + (last == '0' ? '1' : '0');

        assertRefused(forged);
        assertThat(keys.tenant(key)).isEqualTo("acme");
        assertRefused(forged);
        assertThat(keys.remembered(forged)).isEmpty();
    }

    @Test
    void a_key_that_nobody_made_is_refused() {
        assertRefused(ApiKeySecret.random().reveal());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "atk_",
                "atk_0123456789abcdef",
                "atk_0123456789abcdef_",
                "atk_' OR 1=1",
                "atk_0123456789ABCDEF_00"
            })
    void what_has_not_the_form_of_a_key_is_refused(String token) {
        assertRefused(token);
        assertThat(keys.remembered(token)).isEmpty();
    }

    @Test
    void a_key_is_remembered_for_a_while_and_refused_after_it_when_it_was_revoked() {
        ApiKeySecret key = store.add("acme", NOON);
        assertThat(keys.remembered(key.reveal())).isEmpty();
        keys.tenant(key.reveal());
        store.revoke(key.id(), NOON);

        clock.set(NOON.plus(MEMORY).minusMillis(1));
        assertThat(keys.remembered(key.reveal())).contains("acme");

        clock.set(NOON.plus(MEMORY));
        assertThat(keys.remembered(key.reveal())).isEmpty();
        assertRefused(key.reveal());
        assertThat(keys.remembered(key.reveal())).isEmpty();
    }

    @Test
    void a_key_is_not_printed_by_accident() {
        ApiKeySecret secret = store.add("acme", NOON);

        assertThat(secret.toString()).doesNotContain(secret.reveal().substring(25));
        assertThat(store.list().toString()).doesNotContain(secret.hash());
    }

    private void assertRefused(String token) {
        assertThatThrownBy(() -> keys.tenant(token))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED))
                .hasMessage("The API key is not valid");
    }
}
