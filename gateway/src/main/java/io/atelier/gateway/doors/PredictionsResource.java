package io.atelier.gateway.doors;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.api.ApiDocument;
import io.atelier.gateway.api.Lookup;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.jobs.Cursor;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Listing;
import io.atelier.gateway.jobs.Page;
import io.atelier.gateway.trace.CallTraces;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Replicate's calls for predictions, in front of the same generations: clients of theirs work with another base URL.
 *
 * @see "replicate/replicate-javascript lib/predictions.js"
 */
@Path("/v1/predictions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Replicate", description = "For clients of Replicate's API, with the input names of cog-sdxl.")
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class PredictionsResource {
    private static final int PAGE = 100;

    private final Generations generations;
    private final CallTraces traces;
    private final Predictions predictions;
    private final Caller caller;
    private final Lookup lookup;
    private final JobQueries queries;
    private final Presenter presenter;

    public PredictionsResource(
            Generations generations,
            CallTraces traces,
            Predictions predictions,
            Caller caller,
            Lookup lookup,
            JobQueries queries,
            Presenter presenter) {
        this.generations = generations;
        this.traces = traces;
        this.predictions = predictions;
        this.caller = caller;
        this.lookup = lookup;
        this.queries = queries;
        this.presenter = presenter;
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createPrediction",
            summary = "Create a prediction",
            description =
                    "stability-ai/sdxl, and a version by its id alone, mean the workers' own model; any other name is that"
                            + " of one of ours.")
    @Parameter(ref = ApiDocument.PREFER)
    @RequestBody(required = true, content = @Content(schema = @Schema(ref = "PredictionCall")))
    @APIResponseSchema(
            value = Prediction.class,
            responseCode = "201",
            responseDescription = "Created. With Prefer: wait it has ended, or has status starting still.")
    public CompletionStage<Response> create(
            InputStream body,
            @Parameter(description = CancelAfter.MEANING) @HeaderParam(CancelAfter.HEADER) String cancelAfter,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        return predictions.create(body, Optional.empty(), cancelAfter, headers, uri);
    }

    @GET
    @Blocking
    @Operation(operationId = "listPredictions", summary = "All predictions, newest first, a hundred a page")
    @APIResponseSchema(
            value = PredictionPage.class,
            responseDescription = "A page: next is the URL of the one after it.")
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public Response list(
            @Parameter(description = "From the page before.") @QueryParam("cursor") String cursor,
            @Context UriInfo uri) {
        Optional<Cursor> after = Optional.ofNullable(cursor).map(PredictionsResource::cursor);
        Page page = queries.list(new Listing(
                caller.tenant(), Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), after, PAGE));
        List<Prediction> shown = page.generations().stream()
                .map(generation -> Prediction.of(presenter.present(generation, uri.getBaseUri())))
                .collect(Collectors.toUnmodifiableList());
        String next = page.next()
                .map(found -> presenter.base(uri.getBaseUri()) + "v1/predictions?cursor=" + found.text())
                .orElse(null);
        return Response.ok(new PredictionPage(null, next, shown))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static Cursor cursor(String text) {
        String message = "must be that of a page's next";
        return Cursor.parse(text)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.INVALID_REQUEST,
                        "cursor " + message,
                        List.of(new FieldError("cursor", message, null))));
    }

    @GET
    @Path("/{id}")
    @Blocking
    @Operation(operationId = "getPrediction", summary = "The prediction as it is now")
    @APIResponseSchema(value = Prediction.class, responseDescription = "The prediction.")
    public Response get(@PathParam("id") String id, @Context UriInfo uri) {
        return Response.ok(predictions.present(lookup.find(id), uri))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @POST
    @Path("/{id}/cancel")
    @Blocking
    @Operation(
            operationId = "cancelPrediction",
            summary = "Cancel a prediction",
            description = "One that has ended stays as it is.")
    @APIResponseSchema(
            value = Prediction.class,
            responseDescription = "The workers are told. The prediction is given as it still is.")
    public CompletionStage<Response> cancel(@PathParam("id") String id, @Context UriInfo uri) {
        Generation known = lookup.find(id);
        return cancelled(known)
                .thenApply(generation ->
                        Response.ok(predictions.present(generation, uri)).build());
    }

    private CompletionStage<Generation> cancelled(Generation known) {
        try {
            return generations.cancel(new Cancellation(known.id(), null), traces.of("cancel"));
        } catch (GenerationException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return CompletableFuture.completedFuture(lookup.find(known.id().value()));
            }
            throw e;
        }
    }
}
