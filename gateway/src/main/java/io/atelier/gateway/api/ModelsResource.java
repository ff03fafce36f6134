package io.atelier.gateway.api;

import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.gateway.workers.ModelOffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What can be asked of the workers. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Cluster")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "406", ref = ApiDocument.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ApiDocument.FAULT)
public class ModelsResource {
    private final LiveWorkers workers;

    ModelsResource(LiveWorkers workers) {
        this.workers = workers;
    }

    /** The models that are served. */
    @Schema(description = "The models that are served.")
    public record ModelList(List<ModelOffer> models) {}

    @GET
    @Operation(
            operationId = "listModels",
            summary = "What can be asked for",
            description = "What the live workers can draw, by model.")
    @APIResponse(
            responseCode = "200",
            description = "The models, by their names.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ModelList.class)))
    public Response models() {
        return Response.ok(new ModelList(ModelOffer.of(workers.list())))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
