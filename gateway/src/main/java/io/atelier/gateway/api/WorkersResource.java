package io.atelier.gateway.api;

import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.gateway.workers.WorkerView;
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

/** Who draws. */
@Path("/v1/workers")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Cluster")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "406", ref = ApiDocument.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ApiDocument.FAULT)
public class WorkersResource {
    private final LiveWorkers workers;

    WorkersResource(LiveWorkers workers) {
        this.workers = workers;
    }

    /** The workers that are there. */
    @Schema(description = "The workers that are there.")
    public record WorkerList(List<WorkerView> workers) {}

    @GET
    @Operation(
            operationId = "listWorkers",
            summary = "The live workers",
            description = "As their heartbeats have it. A worker that has missed three of them is gone.")
    @APIResponse(
            responseCode = "200",
            description = "The workers, by their ids.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WorkerList.class)))
    public Response workers() {
        return Response.ok(new WorkerList(
                        workers.list().stream().map(WorkerView::of).toList()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
