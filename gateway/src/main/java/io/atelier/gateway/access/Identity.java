package io.atelier.gateway.access;

import java.util.Optional;

/** A way in which callers prove who they are. Thread safe. */
public interface Identity {

    /** Whether a token is of the kind that is judged here. */
    boolean isFor(String token);

    /** The tenant of a token that is known to be good, if that can be told at once. */
    Optional<String> remembered(String token);

    /**
     * The tenant who calls. May block.
     *
     * @throws io.atelier.error.GenerationException UNAUTHORIZED for a token that is not good, FORBIDDEN for a good one that
     *     names no tenant, STORE_UNAVAILABLE if it cannot be judged now
     */
    String tenant(String token);
}
