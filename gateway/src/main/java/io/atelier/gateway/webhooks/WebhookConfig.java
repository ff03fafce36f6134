package io.atelier.gateway.webhooks;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How receivers are told what became of generations. */
@ConfigMapping(prefix = "atelier.webhooks")
public interface WebhookConfig {

    /**
     * What messages are signed with, by tenant: {@code whsec_} and base64 of 24 to 64 random bytes. Two, with a comma
     * between, while one replaces the other. Without any, nothing is sent to the tenant's receivers.
     */
    Map<String, List<String>> secrets();

    /** Ed25519 keys ({@code whsk_…}) that sign all tenants' messages besides; one, or two while it is replaced. */
    Optional<List<String>> ed25519Secrets();

    /** Whether receivers may be reached by http beside https. */
    @WithDefault("false")
    boolean http();

    /** Ports that may be dialled, single ones or ranges. Others are refused: what listens there need not speak HTTP. */
    @WithDefault("80,443,8080,8443")
    List<String> ports();

    /** Blocks such as 10.1.0.0/16 that may be dialled although they are private. Default: none. */
    Optional<List<String>> allow();

    /** Further blocks that may not be dialled, such as public addresses of one's own network. Default: none. */
    Optional<List<String>> refuse();

    /** Of one attempt, from looking up the host to the head of the answer. */
    @WithDefault("15s")
    Duration timeout();

    /** Requests under way at a time. */
    @WithDefault("64")
    int threads();

    /** Of them, to one receiver. */
    @WithDefault("8")
    int perReceiver();

    /** How long messages and their attempts are kept. */
    @WithDefault("7d")
    Duration retention();

    /** How long a stopping gateway waits for the attempts under way. */
    @WithDefault("5s")
    Duration grace();
}
