package io.atelier.gateway.access;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Tenant;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/**
 * Who makes the present call. To be asked on the thread that has the call, before anything is put off; what comes later is
 * handed the answer.
 */
@Singleton
public class Caller {
    private static final String TENANT = "atelier.tenant";

    private final CurrentVertxRequest request;

    Caller(CurrentVertxRequest request) {
        this.request = request;
    }

    /** Notes who makes a call, once that is proved. */
    public static void is(RoutingContext call, String tenant) {
        call.put(TENANT, tenant);
    }

    /**
     * The tenant on whose behalf the call is made; {@link Tenant#DEFAULT} where nobody has to prove who they are.
     *
     * @throws GenerationException UNAUTHORIZED if nobody has looked who calls
     */
    public String tenant() {
        String tenant = request.getCurrent().get(TENANT);
        if (tenant == null) {
            throw new GenerationException(ErrorCode.UNAUTHORIZED, "Nobody knows who makes this call");
        }
        return tenant;
    }
}
