package io.atelier.gateway.api;

import io.atelier.gateway.queue.QueueState;
import io.atelier.gateway.queue.QueueWatch;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What waits for the workers. */
@Path("/v1/queue")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Cluster", description = "What the cluster as a whole is doing.")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "406", ref = ApiDocument.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ApiDocument.FAULT)
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class QueueResource {
    private final QueueWatch queue;

    QueueResource(QueueWatch queue) {
        this.queue = queue;
    }

    @GET
    @Blocking
    @Operation(
            operationId = "getQueue",
            summary = "What waits for the workers",
            description =
                    "The depth is the backlog of the workers' share group, so it counts what came by Kafka too, and"
                            + " what is being drawn.")
    @APIResponse(
            responseCode = "200",
            description = "The queue.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = QueueState.class)))
    public Response queue() {
        return Response.ok(queue.state())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
