package io.atelier.gateway.access;

import java.time.Instant;
import java.util.Optional;

/** What is known of a key; not the key itself. */
public record ApiKey(String id, String tenant, String secretHash, Instant createdAt, Optional<Instant> revokedAt) {

    /** Leaves the hash out: it is nobody's business either. */
    @Override
    public String toString() {
        return "key " + id + " of " + tenant;
    }
}
