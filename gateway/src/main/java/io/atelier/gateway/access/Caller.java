package io.atelier.gateway.access;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Tenant;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;

/**
 * Who makes the present call. To be asked on the thread that has the call, before anything is put off; what comes later is
 * handed the answer.
 */
@Singleton
public class Caller {
    private static final String TENANT = "atelier.tenant";
    private static final String PROOF = "atelier.proof";

    private final CurrentVertxRequest request;

    Caller(CurrentVertxRequest request) {
        this.request = request;
    }

    /** Notes who makes a call, once that is proved. @param proof whether the proof holds, also later; may block */
    public static void is(RoutingContext call, String tenant, BooleanSupplier proof) {
        call.put(TENANT, tenant);
        call.put(PROOF, proof);
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

    /**
     * What tells whether the present caller would still be let in: false once the key is revoked or the token has run out. For
     * answers that go on for long. It may block, and may be asked on any thread.
     */
    public BooleanSupplier proof() {
        return request.getCurrent().get(PROOF);
    }
}
