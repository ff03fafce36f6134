package io.atelier.gateway.api;

import io.atelier.message.AsyncApi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What travels by Kafka, beside what is asked for by HTTP. */
@Path(AsyncApiResource.PATH)
@Tag(name = "Schemas")
public class AsyncApiResource {
    static final String PATH = "/v1/" + AsyncApi.FILE_NAME;
    private static final String YAML = "application/yaml";

    @GET
    @Produces(YAML)
    @Operation(
            operationId = "getAsyncApi",
            summary = "The topics of the cluster",
            description = "An AsyncAPI 3 document. Its references lead to the schemas beside it.")
    @APIResponse(
            responseCode = "200",
            description = "The document.",
            content = @Content(mediaType = YAML, schema = @Schema(implementation = String.class)))
    public String document() {
        return AsyncApi.text();
    }
}
