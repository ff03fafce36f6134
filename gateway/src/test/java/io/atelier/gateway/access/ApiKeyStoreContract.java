package io.atelier.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.gateway.store.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store of keys does on every database. */
abstract class ApiKeyStoreContract {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.123Z");

    private Database database;
    private ApiKeyStore store;

    abstract Database open() throws Exception;

    @BeforeEach
    void start() throws Exception {
        database = open();
        store = new ApiKeyStore(database.dataSource());
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void a_key_is_found_by_its_id_and_known_by_its_secret() {
        ApiKeySecret secret = store.add("acme", NOON);

        ApiKey key = store.find(secret.id()).orElseThrow();

        assertThat(key.tenant()).isEqualTo("acme");
        assertThat(key.createdAt()).isEqualTo(NOON);
        assertThat(key.revokedAt()).isEmpty();
        assertThat(secret.hasHash(key.secretHash())).isTrue();
        assertThat(ApiKeySecret.random().hasHash(key.secretHash())).isFalse();
        assertThat(store.find("0123456789abcdef")).isEmpty();
    }

    @Test
    void the_secret_is_nowhere_in_the_database() throws SQLException {
        ApiKeySecret secret = store.add("acme", NOON);
        String random = secret.reveal().substring(secret.reveal().lastIndexOf('_') + 1);

        try (Connection connection = database.dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("SELECT * FROM api_key")) {
            assertThat(row.next()).isTrue();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                assertThat(String.valueOf(row.getString(i))).doesNotContain(random);
            }
        }
    }

    @Test
    void keys_are_listed_the_oldest_first_and_the_revoked_ones_too() {
        String second = store.add("acme", NOON.plusSeconds(1)).id();
        String first = store.add("other", NOON).id();
        store.revoke(first, NOON.plusSeconds(2));

        assertThat(store.list()).extracting(ApiKey::id).containsExactly(first, second);
        assertThat(store.list().get(0).revokedAt()).contains(NOON.plusSeconds(2));
    }

    @Test
    void a_key_is_revoked_once() {
        String id = store.add("acme", NOON).id();

        assertThat(store.revoke(id, NOON.plusSeconds(1))).isTrue();
        assertThat(store.revoke(id, NOON.plusSeconds(9))).isTrue();

        assertThat(store.find(id).orElseThrow().revokedAt()).contains(NOON.plusSeconds(1));
        assertThat(store.revoke("0123456789abcdef", NOON)).isFalse();
    }

    @Test
    void a_tenant_needs_a_name() {
        assertThatThrownBy(() -> store.add("acme/other", NOON)).hasMessageContaining("acme/other");
        assertThat(store.list()).isEmpty();
    }
}
