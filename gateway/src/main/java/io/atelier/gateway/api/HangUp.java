package io.atelier.gateway.api;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/** Ends a call whose caller does not take its answer. */
final class HangUp {
    private HangUp() {}

    /**
     * At once: an orderly close would come after all that was written, for which the caller's system has no room. Other
     * calls on the same HTTP/2 connection go on.
     */
    static void on(HttpServerRequest call) {
        if (call.version() == HttpVersion.HTTP_2) {
            call.response().reset();
            return;
        }
        Channel channel = ((ConnectionBase) call.connection()).channel();
        channel.eventLoop().execute(() -> channel.unsafe().close(channel.voidPromise()));
    }
}
