package io.atelier.gateway.access;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.util.List;
import java.util.Optional;

/** All ways in which callers may prove who they are. */
public final class Identities implements Identity {
    private final List<Identity> all;

    public Identities(List<Identity> all) {
        this.all = List.copyOf(all);
    }

    /** Whether nobody has to prove anything. */
    public boolean none() {
        return all.isEmpty();
    }

    @Override
    public boolean isFor(String token) {
        return one(token).isPresent();
    }

    @Override
    public Optional<String> remembered(String token) {
        return one(token).flatMap(identity -> identity.remembered(token));
    }

    @Override
    public String tenant(String token) {
        return one(token)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.UNAUTHORIZED, "The token is of no kind that is accepted here"))
                .tenant(token);
    }

    /** Whether a token that was the tenant's still is. Where that cannot be found out now, it is. May block. */
    public boolean isStillOf(String tenant, String token) {
        try {
            return tenant(token).equals(tenant);
        } catch (GenerationException e) {
            return e.code() != ErrorCode.UNAUTHORIZED && e.code() != ErrorCode.FORBIDDEN;
        }
    }

    private Optional<Identity> one(String token) {
        return all.stream().filter(identity -> identity.isFor(token)).findFirst();
    }
}
