package io.atelier.gateway.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Notes every call that is answered in the Vert.x context of another call, where the two would share what is of one request. */
@Singleton
public class CallContexts {
    private static final String OWNER = "atelier.test.call";

    private final Queue<String> strays = new ConcurrentLinkedQueue<>();

    @ServerRequestFilter
    public void begin(ContainerRequestContext call) {
        String number = UUID.randomUUID().toString();
        call.setProperty(OWNER, number);
        Vertx.currentContext().putLocal(OWNER, number);
    }

    @ServerResponseFilter
    public void end(ContainerRequestContext call) {
        Context context = Vertx.currentContext();
        String owner = context == null ? null : context.getLocal(OWNER);
        if (owner != null && !owner.equals(call.getProperty(OWNER))) {
            strays.add(call.getUriInfo().getPath());
        }
    }

    /** The paths of such calls. */
    public Queue<String> strays() {
        return strays;
    }
}
