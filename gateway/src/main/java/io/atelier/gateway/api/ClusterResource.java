package io.atelier.gateway.api;

import io.atelier.gateway.queue.QueueState;
import io.atelier.gateway.queue.QueueWatch;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.gateway.workers.ModelOffer;
import io.atelier.gateway.workers.OpenAiModel;
import io.atelier.gateway.workers.WorkerView;
import io.atelier.job.WorkerStatus;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What can be asked of the workers, who they are, and what waits for them. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Cluster", description = "What the cluster as a whole is doing.")
public class ClusterResource {
    private final LiveWorkers workers;
    private final QueueWatch queue;

    public ClusterResource(LiveWorkers workers, QueueWatch queue) {
        this.workers = workers;
        this.queue = queue;
    }

    /** The models that are served; {@code object} and {@code data} are for clients of OpenAI's API. */
    @Schema(description = "The models that are served.")
    public record ModelList(
            List<ModelOffer> models,
            @Schema(description = "Always list.") String object,

            @Schema(description = "The same models, for clients of OpenAI's API.")
            List<OpenAiModel> data) {}

    /** The workers that are there. */
    @Schema(description = "The workers that are there.")
    public record WorkerList(List<WorkerView> workers) {}

    @GET
    @Path("/models")
    @Operation(
            operationId = "listModels",
            summary = "What can be asked for",
            description = "What the live workers can draw, by model.")
    @APIResponseSchema(value = ModelList.class, responseDescription = "The models, by their names.")
    public Response models() {
        List<WorkerStatus> live = workers.list();
        return present(new ModelList(ModelOffer.of(live), "list", OpenAiModel.of(live)));
    }

    @GET
    @Path("/workers")
    @Operation(
            operationId = "listWorkers",
            summary = "The live workers",
            description = "As their heartbeats have it. A worker that has missed three of them is gone.")
    @APIResponseSchema(value = WorkerList.class, responseDescription = "The workers, by their ids.")
    public Response workers() {
        return present(
                new WorkerList(workers.list().stream().map(WorkerView::of).toList()));
    }

    @GET
    @Path("/queue")
    @Blocking
    @Operation(
            operationId = "getQueue",
            summary = "What waits for the workers",
            description =
                    "The depth is the backlog of the workers' share group, so it counts what came by Kafka too, and"
                            + " what is being drawn.")
    @APIResponseSchema(value = QueueState.class, responseDescription = "The queue.")
    @APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
    public Response queue() {
        return present(queue.state());
    }

    private static Response present(Object state) {
        return Response.ok(state).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }
}
