package io.atelier.gateway.doors;

import io.atelier.gateway.api.ApiDocument;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Replicate's call for a prediction by a model that is named. A class of its own, since the path is below another one's. */
@Path("/v1/models/{owner}/{name}/predictions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Replicate")
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class ModelPredictionsResource {
    private final Predictions predictions;

    ModelPredictionsResource(Predictions predictions) {
        this.predictions = predictions;
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createModelPrediction",
            summary = "Create a prediction with a model by name",
            description = "stability-ai/sdxl means the workers' own model; any other name is that of one of ours.")
    @Parameter(ref = ApiDocument.PREFER)
    @RequestBody(required = true, content = @Content(schema = @Schema(ref = "PredictionCall")))
    @APIResponseSchema(
            value = Prediction.class,
            responseCode = "201",
            responseDescription = "Created. With Prefer: wait it has ended, or has status starting still.")
    public CompletionStage<Response> create(
            @Parameter(example = "stability-ai") @PathParam("owner") String owner,
            @Parameter(example = "sdxl") @PathParam("name") String name,
            InputStream body,
            @Parameter(description = CancelAfter.MEANING) @HeaderParam(CancelAfter.HEADER) String cancelAfter,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        return predictions.create(body, Optional.of(owner + '/' + name), cancelAfter, headers, uri);
    }
}
