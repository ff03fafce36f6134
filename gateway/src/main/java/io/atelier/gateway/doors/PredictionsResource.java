package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.ApiDocument;
import io.atelier.gateway.api.Bodies;
import io.atelier.gateway.api.Lookup;
import io.atelier.gateway.api.Preferences;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Cursor;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Listing;
import io.atelier.gateway.jobs.Page;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.WebhookFormat;
import io.atelier.message.Json;
import io.atelier.message.RequestParser;
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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Replicate's calls for predictions, in front of the same generations: clients of theirs work with another base URL.
 *
 * @see "replicate/replicate-javascript lib/predictions.js"
 */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Replicate", description = "For clients of Replicate's API, with the input names of cog-sdxl.")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "406", ref = ApiDocument.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ApiDocument.FAULT)
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class PredictionsResource {
    private static final String EXAMPLE =
            "{\"version\": \"sdxl\", \"input\": {\"prompt\": \"a big red circle on a yellow"
                    + " background\", \"num_outputs\": 1, \"scheduler\": \"K_EULER\", \"refine\": \"expert_ensemble_refiner\"}}";
    private static final int PAGE = 100;

    private final Submissions submissions;
    private final Generations generations;
    private final Lookup lookup;
    private final JobQueries queries;
    private final Presenter presenter;
    private final GatewayConfig.Http config;

    public PredictionsResource(
            Submissions submissions,
            Generations generations,
            Lookup lookup,
            JobQueries queries,
            Presenter presenter,
            GatewayConfig config) {
        this.submissions = submissions;
        this.generations = generations;
        this.lookup = lookup;
        this.queries = queries;
        this.presenter = presenter;
        this.config = config.http();
    }

    @POST
    @Path("/predictions")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createPrediction",
            summary = "Create a prediction",
            description = "A version that names no model of ours means the workers' own model.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Object.class),
                            examples = @ExampleObject(name = "prompt", value = EXAMPLE)))
    @APIResponse(
            responseCode = "201",
            description = "Created. With Prefer: wait it has ended, or has status starting still.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Prediction.class)))
    @APIResponse(responseCode = "413", ref = ApiDocument.TOO_LARGE)
    @APIResponse(responseCode = "415", ref = ApiDocument.WRONG_TYPE)
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public CompletionStage<Response> create(
            InputStream body,
            @Parameter(description = "A time such as 90s or 5m; a prediction that takes longer is given up.")
                    @HeaderParam(CancelAfter.HEADER)
                    String cancelAfter,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        return create(body, null, cancelAfter, headers, uri);
    }

    @POST
    @Path("/models/{owner}/{name}/predictions")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createModelPrediction",
            summary = "Create a prediction with a model by name",
            description = "A name that none of our models has means the workers' own model.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Object.class),
                            examples = @ExampleObject(name = "prompt", value = EXAMPLE)))
    @APIResponse(
            responseCode = "201",
            description = "Created. With Prefer: wait it has ended, or has status starting still.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Prediction.class)))
    @APIResponse(responseCode = "413", ref = ApiDocument.TOO_LARGE)
    @APIResponse(responseCode = "415", ref = ApiDocument.WRONG_TYPE)
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public CompletionStage<Response> createOfModel(
            @PathParam("owner") String owner,
            @PathParam("name") String name,
            InputStream body,
            @HeaderParam(CancelAfter.HEADER) String cancelAfter,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        return create(body, owner + '/' + name, cancelAfter, headers, uri);
    }

    private CompletionStage<Response> create(
            InputStream body, String model, String cancelAfter, HttpHeaders headers, UriInfo uri) {
        Optional<Duration> wait =
                Preferences.wait(headers.getRequestHeader("Prefer"), config.defaultWait(), config.maxWait());
        try {
            JsonNode call = RequestParser.readObject(Bodies.read(body, submissions.maxBytes()));
            return submissions
                    .submit(request(call, model, cancelAfter))
                    .thenCompose(generation -> wait.isPresent()
                            ? generations.awaitEnd(generation, wait.get())
                            : CompletableFuture.completedFuture(generation))
                    .thenApply(generation -> created(generation, uri));
        } catch (GenerationException e) {
            throw CogInput.inTheirWords(e);
        }
    }

    private ObjectNode request(JsonNode call, String model, String cancelAfter) {
        ObjectNode request = Json.mapper().createObjectNode();
        JsonNode input = call.path("input");
        if (!input.isObject()) {
            String message = input.isMissingNode() ? "is required" : "must be an object";
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "input " + message,
                    List.of(new FieldError("input", message, input.isMissingNode() ? null : input.toString())));
        }
        request.set("input", CogInput.toOurs((ObjectNode) input));
        submissions.nameModel(request, model == null ? call.path("version").asText() : model);
        if (call.hasNonNull("webhook")) {
            request.set("webhook", call.get("webhook"));
            request.set("webhook_events_filter", WebhookEventNames.ours(call.path("webhook_events_filter")));
            request.put("webhook_format", WebhookFormat.REPLICATE.wireName());
        }
        if (cancelAfter != null) {
            request.put("expires_in", CancelAfter.parse(cancelAfter).toString());
        }
        return request;
    }

    /** Official clients take a prediction that was waited for as ended unless it is starting. */
    private Response created(Generation generation, UriInfo uri) {
        Prediction prediction = present(generation, uri);
        return Response.created(URI.create(prediction.urls().get()))
                .entity(generation.status().terminal() ? prediction : prediction.asStarting())
                .build();
    }

    @GET
    @Path("/predictions")
    @Blocking
    @Operation(operationId = "listPredictions", summary = "All predictions, newest first, a hundred a page")
    @APIResponse(
            responseCode = "200",
            description = "A page: next is the URL of the one after it.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PredictionPage.class)))
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public Response list(
            @Parameter(description = "From the page before.") @QueryParam("cursor") String cursor,
            @Context UriInfo uri) {
        Optional<Cursor> after = Optional.ofNullable(cursor).map(PredictionsResource::cursor);
        Page page = queries.list(new Listing(
                Generation.DEFAULT_TENANT,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                after,
                PAGE));
        List<Prediction> shown = page.generations().stream()
                .map(generation -> present(generation, uri))
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
    @Path("/predictions/{id}")
    @Blocking
    @Operation(operationId = "getPrediction", summary = "The prediction as it is now")
    @APIResponse(
            responseCode = "200",
            description = "The prediction.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Prediction.class)))
    @APIResponse(responseCode = "404", ref = ApiDocument.NOT_FOUND)
    public Response get(@PathParam("id") String id, @Context UriInfo uri) {
        return Response.ok(present(lookup.find(id), uri))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @POST
    @Path("/predictions/{id}/cancel")
    @Blocking
    @Operation(
            operationId = "cancelPrediction",
            summary = "Cancel a prediction",
            description = "One that has ended stays as it is.")
    @APIResponse(
            responseCode = "200",
            description = "The workers are told. The prediction is given as it still is.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Prediction.class)))
    @APIResponse(responseCode = "404", ref = ApiDocument.NOT_FOUND)
    public CompletionStage<Response> cancel(@PathParam("id") String id, @Context UriInfo uri) {
        Generation known = lookup.find(id);
        return cancelled(known)
                .thenApply(generation -> Response.ok(present(generation, uri)).build());
    }

    private CompletionStage<Generation> cancelled(Generation known) {
        try {
            return generations.cancel(new Cancellation(known.id(), null));
        } catch (GenerationException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return CompletableFuture.completedFuture(lookup.find(known.id().value()));
            }
            throw e;
        }
    }

    private Prediction present(Generation generation, UriInfo uri) {
        return Prediction.of(presenter.present(generation, uri.getBaseUri()));
    }
}
