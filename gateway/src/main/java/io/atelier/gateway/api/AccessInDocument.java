package io.atelier.gateway.api;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** Says how to sign in, and of every call that is not open what {@link AccessFilter} may answer to it. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class AccessInDocument implements OASFilter {
    private static final String BEARER = "bearer";

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents()
                .addSecurityScheme(
                        BEARER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme(BEARER)
                                .description(
                                        "An API key of the tenant, or a token of the installation's OpenID provider."
                                                + " Gateways that run without access control want none."));
        document.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(BEARER));
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations().values().forEach(call -> describe(call, AccessFilter.isOpen(path))));
    }

    private static void describe(Operation call, boolean open) {
        if (open) {
            call.setSecurity(new ArrayList<>());
            return;
        }
        call.getResponses()
                .addAPIResponse("401", reference(ApiDocument.UNAUTHORIZED))
                .addAPIResponse("403", reference(ApiDocument.FORBIDDEN))
                .addAPIResponse("429", reference(ApiDocument.TOO_MANY));
    }

    private static APIResponse reference(String name) {
        return OASFactory.createAPIResponse().ref(name);
    }
}
