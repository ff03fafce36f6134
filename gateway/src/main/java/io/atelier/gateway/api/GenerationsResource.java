package io.atelier.gateway.api;

import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.trace.CallTraces;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Submit generations, look at them, cancel them. */
@Path("/v1/generations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Generations", description = "Submit generations and follow them.")
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class GenerationsResource {
    private final Submissions submissions;
    private final Cancellations cancellations;
    private final Generations generations;
    private final CallTraces traces;
    private final Lookup lookup;
    private final Placement placement;
    private final Presenter presenter;

    public GenerationsResource(
            Submissions submissions,
            Cancellations cancellations,
            Generations generations,
            CallTraces traces,
            Lookup lookup,
            Placement placement,
            Presenter presenter) {
        this.submissions = submissions;
        this.cancellations = cancellations;
        this.generations = generations;
        this.traces = traces;
        this.lookup = lookup;
        this.placement = placement;
        this.presenter = presenter;
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "submitGeneration",
            summary = "Submit a generation",
            description = "Answers as soon as Kafka has taken the request. The same request under the same id or"
                    + " Idempotency-Key again is the same generation.")
    @Parameter(ref = ApiDocument.PREFER)
    @RequestBody(required = true, content = @Content(schema = @Schema(ref = ApiDocument.REQUEST_SCHEMA)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; not ended yet.",
            headers = {
                @Header(name = ApiDocument.LOCATION, ref = ApiDocument.LOCATION),
                @Header(name = ApiDocument.WAITED, ref = ApiDocument.WAITED)
            },
            content = @Content(schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "201",
            description = "Ended while the call waited, well or badly: see status.",
            headers = @Header(name = ApiDocument.WAITED, ref = ApiDocument.WAITED),
            content = @Content(schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "200",
            description = "Was submitted before and has ended.",
            headers = @Header(name = ApiDocument.LOCATION, ref = ApiDocument.LOCATION),
            content = @Content(schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(responseCode = "409", ref = ApiDocument.CONFLICT)
    public CompletionStage<Response> submit(InputStream body, @Context HttpHeaders headers, @Context UriInfo uri) {
        Optional<Duration> wait = submissions.preferredWait(headers);
        return submissions
                .submit(submissions.read(body, Function.identity()), headers, wait)
                .thenApply(generation -> submitted(generation, wait, uri));
    }

    private Response submitted(Generation generation, Optional<Duration> waited, UriInfo uri) {
        int status = !generation.status().terminal() ? 202 : waited.isPresent() ? 201 : 200;
        Response.ResponseBuilder response = Response.status(status)
                .location(presenter.address(generation, uri.getBaseUri()))
                .entity(placement.show(presenter.present(generation, uri.getBaseUri())));
        waited.ifPresent(wait -> response.header("Preference-Applied", "wait=" + wait.toSeconds()));
        return response.build();
    }

    @GET
    @Path("/{id}")
    @Blocking
    @Operation(
            operationId = "getGeneration",
            summary = "The generation as it is now",
            description = "With fresh URLs for its pictures, while it waits with its place in the queue, and while it"
                    + " runs with its latest progress.")
    @APIResponse(
            responseCode = "200",
            description = "The generation.",
            content = @Content(schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    public Response get(@PathParam("id") String id, @Context UriInfo uri) {
        return Response.ok(show(lookup.find(id), uri))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @POST
    @Path("/{id}/cancel")
    @Blocking
    @Operation(
            operationId = "cancelGeneration",
            summary = "Cancel a generation",
            description = "Answers as soon as Kafka has taken the cancellation. One that waits is never begun with, one"
                    + " that runs stops after its step; what becomes of it is told as for every generation.")
    @RequestBody(
            required = false,
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = ApiDocument.CANCEL_SCHEMA)))
    @APIResponse(
            responseCode = "202",
            description = "The workers are told. The generation is given as it still is.",
            content = @Content(schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(responseCode = "409", ref = ApiDocument.CONFLICT)
    public CompletionStage<Response> cancel(@PathParam("id") String id, InputStream body, @Context UriInfo uri) {
        GenerationId known = lookup.id(id);
        return generations
                .cancel(cancellations.read(known, body), traces.of("cancel"))
                .thenApply(generation -> Response.status(Response.Status.ACCEPTED)
                        .entity(show(generation, uri))
                        .build());
    }

    private Placement.Shown show(Generation generation, UriInfo uri) {
        Generation presented = presenter.present(generation, uri.getBaseUri());
        return placement.show(presented, generations.cancelRequestedAt(generation));
    }
}
