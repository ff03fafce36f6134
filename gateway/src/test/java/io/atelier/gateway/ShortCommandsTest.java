package io.atelier.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.gateway.access.ApiKeys;
import io.atelier.gateway.jobs.JdbcJobs;
import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.DatabaseSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortCommandsTest {
    private final Database database =
            Database.open(DatabaseSettings.h2InMemory(UUID.randomUUID().toString()));
    private final ApiKeyStore keys = new ApiKeyStore(database.dataSource());
    private final ShortCommands commands =
            new ShortCommands(new JdbcJobs(database.dataSource()), keys, Clock.systemUTC());
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void add_prints_a_key_that_is_good_and_nothing_else() {
        assertThat(run("keys", "add", "acme")).isZero();

        String key = out.toString().strip();
        ApiKeys judge = new ApiKeys(keys, Duration.ofSeconds(1), Clock.systemUTC());
        assertThat(judge.tenant(key)).isEqualTo("acme");
        assertThat(err.toString()).contains("acme").doesNotContain(key);
    }

    @Test
    void list_shows_ids_and_tenants_but_no_key() {
        run("keys", "add", "acme");
        String key = out.toString().strip();
        out.reset();

        assertThat(run("keys", "list")).isZero();

        assertThat(out.toString())
                .contains("acme")
                .contains(keys.list().get(0).id())
                .doesNotContain(key);
    }

    @Test
    void revoke_ends_a_key_and_says_when_there_is_none() {
        run("keys", "add", "acme");
        String id = keys.list().get(0).id();

        assertThat(run("keys", "revoke", id)).isZero();
        assertThat(keys.find(id).orElseThrow().revokedAt()).isPresent();

        assertThat(run("keys", "revoke", "nobody")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no key nobody");
    }

    @Test
    void add_refuses_what_is_no_name_of_a_tenant() {
        assertThat(run("keys", "add", "a/b")).isEqualTo(1);
        assertThat(err.toString()).contains("a/b");
        assertThat(keys.list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keys", "keys add", "keys list all", "keys remove x", "store", "store rebuild now", "serve"})
    void other_arguments_are_not_understood(String arguments) {
        assertThat(ShortCommands.isKnown(List.of(arguments.split(" ")))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys add acme", "keys list", "keys revoke 1", "store rebuild"})
    void commands_are_understood(String arguments) {
        assertThat(ShortCommands.isKnown(List.of(arguments.split(" ")))).isTrue();
    }

    private int run(String... arguments) {
        return commands.run(List.of(arguments), new PrintStream(out, true), new PrintStream(err, true));
    }
}
