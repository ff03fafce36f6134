package io.atelier.gateway.api;

import io.atelier.gateway.access.Caller;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Page;
import io.atelier.job.Generation;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Find generations. */
@Path("/v1/generations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Generations")
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class ListingResource {
    private final Caller caller;
    private final JobQueries queries;
    private final Presenter presenter;

    public ListingResource(Caller caller, JobQueries queries, Presenter presenter) {
        this.caller = caller;
        this.queries = queries;
        this.presenter = presenter;
    }

    @GET
    @Blocking
    @Operation(
            operationId = "listGenerations",
            summary = "The generations, newest first",
            description =
                    "All that are asked for at once must be so. Pages follow each other by next_cursor, also while"
                            + " new generations come.")
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            implementation = String.class,
                            enumeration = {"queued", "processing", "succeeded", "failed", "canceled", "expired"}))
    @Parameter(name = "model", in = ParameterIn.QUERY, schema = @Schema(implementation = String.class))
    @Parameter(
            name = "metadata.KEY",
            in = ParameterIn.QUERY,
            description = "The value of one entry of the metadata, such as metadata.order=A-17; several may be given.",
            schema = @Schema(implementation = String.class))
    @Parameter(
            name = "created_before",
            in = ParameterIn.QUERY,
            schema = @Schema(implementation = String.class, format = "date-time"))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "Generations on a page.",
            schema =
                    @Schema(
                            implementation = Integer.class,
                            minimum = "1",
                            maximum = "" + ListingParameters.MAX_LIMIT,
                            defaultValue = "" + ListingParameters.DEFAULT_LIMIT))
    @Parameter(
            name = "cursor",
            in = ParameterIn.QUERY,
            description = "The next_cursor of the page before.",
            schema = @Schema(implementation = String.class))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(ref = ApiDocument.PAGE_SCHEMA)))
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public Response list(@Context UriInfo uri) {
        Page page = queries.list(ListingParameters.read(caller.tenant(), uri.getQueryParameters()));
        List<Generation> shown = page.generations().stream()
                .map(generation -> presenter.present(generation, uri.getBaseUri()))
                .collect(Collectors.toUnmodifiableList());
        String next = page.next().map(cursor -> cursor.text()).orElse(null);
        return Response.ok(new GenerationPage(shown, next))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
