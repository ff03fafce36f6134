package io.atelier.gateway.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/** Who may call the gateway. */
@ConfigMapping(prefix = "atelier.access")
public interface AccessConfig {

    /** How callers prove who they are; both, with a comma. With {@code none} everybody may call, as tenant default. */
    @WithDefault("none")
    List<Kind> auth();

    /** How long a key that was looked up is remembered; a revoked one is refused after this time at the latest. */
    @WithDefault("10s")
    Duration keyCache();

    /** Whether callers must prove who they are. */
    default boolean required() {
        return auth().stream().anyMatch(kind -> kind != Kind.NONE);
    }

    /** Ways to prove it. */
    enum Kind {
        /** Nobody has to. */
        NONE,
        /** By a key from {@code keys add}. */
        KEYS
    }
}
