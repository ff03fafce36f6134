package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.message.Schemas;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.util.Arrays;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The JSON Schemas of the contract, for programs that check their messages. */
@Path(SchemasResource.PATH)
@Tag(name = "Schemas")
public class SchemasResource {
    static final String PATH = "/v1/schemas";
    private static final String SCHEMA_JSON = "application/schema+json";

    @GET
    @Path("/{name}")
    @Produces(SCHEMA_JSON)
    @Operation(operationId = "getSchema", summary = "A JSON Schema of the contract")
    @APIResponse(
            responseCode = "200",
            description = "The schema, draft 2020-12.",
            content = @Content(mediaType = SCHEMA_JSON, schema = @Schema(implementation = Object.class)))
    @APIResponse(responseCode = "404", ref = ApiDocument.NOT_FOUND)
    public String get(@Parameter(example = "generation.schema.json") @PathParam("name") String name) {
        return Arrays.stream(Schemas.values())
                .filter(schema -> schema.fileName().equals(name))
                .findFirst()
                .map(Schemas::text)
                .orElseThrow(() -> new GenerationException(ErrorCode.NOT_FOUND, "No schema " + name));
    }
}
