package io.atelier.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class EffectiveConfigTest {
    @Test
    void what_is_secret_is_not_shown() {
        for (String name : List.of(
                "atelier.api.key",
                "atelier.webhooks.secrets.default",
                "atelier.webhooks.ed25519-secrets",
                "atelier.storage.secret-key",
                "atelier.store.password")) {
            assertThat(described(name, "hidden")).isEqualTo(name + "=***");
        }
    }

    /** As the gateway of a cluster inherits it from the command line. */
    @Test
    void the_key_of_the_environment_is_not_shown() {
        assertThat(EffectiveConfig.describe(config(new EnvConfigSource(Map.of("ATELIER_API_KEY", "hidden"), 300))))
                .isEqualTo("atelier.api.key=***");
    }

    @Test
    void the_url_of_the_store_is_shown_without_what_may_be_a_password() {
        assertThat(described("atelier.store.url", "jdbc:postgresql://host/jobs?user=u&password=hidden"))
                .isEqualTo("atelier.store.url=jdbc:postgresql://host/jobs?***");
        assertThat(described("atelier.store.url", "jdbc:postgresql://u:hidden@host:5432/jobs"))
                .isEqualTo("atelier.store.url=jdbc:postgresql://host:5432/jobs");
    }

    @Test
    void the_rest_is_shown() {
        assertThat(described("atelier.topics.prefix", "atelier.")).isEqualTo("atelier.topics.prefix=atelier.");
        assertThat(described("other.name", "value")).isEmpty();
    }

    private static String described(String name, String value) {
        return EffectiveConfig.describe(config(new PropertiesConfigSource(Map.of(name, value), "test", 100)));
    }

    private static SmallRyeConfig config(ConfigSource source) {
        return new SmallRyeConfigBuilder().withSources(source).build();
    }
}
