package io.atelier.gateway.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Who may call the gateway. */
@ConfigMapping(prefix = "atelier.access")
public interface AccessConfig {

    /** How callers prove who they are; both, with a comma. With {@code none} everybody may call, as tenant default. */
    @WithDefault("none")
    List<Kind> auth();

    /** How long a key that was looked up is remembered; a revoked one is refused after this time at the latest. */
    @WithDefault("10s")
    Duration keyCache();

    /** The provider whose tokens are taken with {@code oidc}. */
    Oidc oidc();

    /** What each tenant may ask of each gateway. */
    Limits limits();

    /** The same for single tenants, by name; what is not set here is as for all. */
    Map<String, Limits> tenants();

    /** Whether callers must prove who they are. */
    default boolean required() {
        return auth().stream().anyMatch(kind -> kind != Kind.NONE);
    }

    /** An OpenID provider. */
    interface Oidc {
        /** Its address, which its tokens name as {@code iss}. */
        Optional<String> issuer();

        /** Where its keys are. Default: as its own description at {@code /.well-known/openid-configuration} says. */
        Optional<String> jwksUrl();

        /** What tokens for this gateway name as {@code aud}; others are not for us. */
        Optional<String> audience();

        /** The claim that names the tenant. */
        @WithDefault("tenant")
        String tenantClaim();

        /** How long the provider may take to answer. */
        @WithDefault("5s")
        Duration timeout();
    }

    /** What is not set is not limited. */
    interface Limits {
        /** Calls of all kinds a second, on average. */
        OptionalDouble requestsPerSecond();

        /** Calls at once after a pause. Default: those of a second. */
        OptionalInt burst();

        /** Generations that have not ended; counts those of all gateways, and those that came by Kafka. */
        OptionalInt unfinishedJobs();

        /** Pixels of width and of height, where {@code atelier.limits} allows more; so are those below. */
        OptionalInt maxSide();

        /** Pixels of one picture. */
        OptionalLong maxPixels();

        /** Denoising steps. */
        OptionalInt maxSteps();

        /** Pictures of one request. */
        OptionalInt maxImages();
    }

    /** Ways to prove it. */
    enum Kind {
        /** Nobody has to. */
        NONE,
        /** By a key from {@code keys add}. */
        KEYS,
        /** By a signed token of an OpenID provider. */
        OIDC
    }
}
