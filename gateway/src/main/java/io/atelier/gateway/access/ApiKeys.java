package io.atelier.gateway.access;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Knows callers by their keys. A key that was looked up is remembered for a while, so that a call costs no query. */
public final class ApiKeys implements Identity {
    private static final int REMEMBERED = 10_000;
    /** Compared with when there is no such key, so that this cannot be told by the time it takes. */
    private static final String NO_HASH = "0".repeat(64);

    private final ApiKeyStore store;
    private final Duration memory;
    private final Clock clock;
    private final Map<String, Known> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param memory how long a key is remembered */
    public ApiKeys(ApiKeyStore store, Duration memory, Clock clock) {
        this.store = store;
        this.memory = memory;
        this.clock = clock;
    }

    @Override
    public boolean isFor(String token) {
        return token.startsWith(ApiKeySecret.PREFIX);
    }

    @Override
    public Optional<String> remembered(String token) {
        return ApiKeySecret.parse(token)
                .flatMap(secret ->
                        recent(secret.id()).filter(key -> accepts(key, secret)).map(ApiKey::tenant));
    }

    @Override
    public String tenant(String token) {
        ApiKeySecret secret = ApiKeySecret.parse(token).orElseThrow(ApiKeys::wrong);
        Optional<ApiKey> key = recent(secret.id()).or(() -> lookUp(secret.id()));
        if (key.isEmpty()) {
            secret.hasHash(NO_HASH);
            throw wrong();
        }
        if (!accepts(key.get(), secret)) {
            throw wrong();
        }
        return key.get().tenant();
    }

    private static boolean accepts(ApiKey key, ApiKeySecret secret) {
        return secret.hasHash(key.secretHash()) && key.revokedAt().isEmpty();
    }

    /** One sentence for all that can be wrong: who tries keys learns nothing. */
    private static GenerationException wrong() {
        return new GenerationException(ErrorCode.UNAUTHORIZED, "The API key is not valid");
    }

    private Optional<ApiKey> recent(String id) {
        synchronized (known) {
            Known entry = known.get(id);
            if (entry == null || !entry.until.isAfter(clock.instant())) {
                known.remove(id);
                return Optional.empty();
            }
            return Optional.of(entry.key);
        }
    }

    private Optional<ApiKey> lookUp(String id) {
        // The time before the query: what is revoked during it must not be remembered longer.
        Instant until = clock.instant().plus(memory);
        Optional<ApiKey> key = store.find(id);
        key.ifPresent(found -> {
            synchronized (known) {
                known.put(id, new Known(found, until));
            }
        });
        return key;
    }

    private record Known(ApiKey key, Instant until) {}
}
