package io.atelier.gateway.doors;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;

/** Tells when a caller has gone. */
final class Departure {
    private Departure() {}

    /**
     * Done, on a thread that may block, if the connection is closed before the answer is there; to be called on the thread that
     * has the call.
     */
    static CompletableFuture<Void> of(RoutingContext call) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        call.addEndHandler(answered -> {
            if (answered.failed()) {
                call.vertx().executeBlocking(() -> gone.complete(null), false);
            }
        });
        return gone;
    }
}
