package io.atelier.gateway.api;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** Says how to sign in, and which calls are open to all. */
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
        document.getPaths().getPathItems().forEach((path, item) -> {
            if (AccessFilter.isOpen(path)) {
                open(item);
            }
        });
        // What the gateway calls is signed instead.
        document.getWebhooks().values().forEach(AccessInDocument::open);
    }

    private static void open(PathItem item) {
        item.getOperations().values().forEach(call -> call.setSecurity(new ArrayList<>()));
    }
}
