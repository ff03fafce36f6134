package io.atelier.gateway.api;

import io.atelier.gateway.access.Caller;
import io.atelier.job.Generation;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;

/** A generation as it happens. */
@Path("/v1/generations/{id}/events")
@Tag(name = "Generations")
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class EventsResource {
    private final Lookup lookup;
    private final EventStreams streams;
    private final Caller caller;

    EventsResource(Lookup lookup, EventStreams streams, Caller caller) {
        this.lookup = lookup;
        this.streams = streams;
        this.caller = caller;
    }

    @GET
    @Blocking
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = HttpHeaders.CACHE_CONTROL, value = "no-cache")
    @ResponseHeader(name = "X-Accel-Buffering", value = "no")
    @Operation(
            operationId = "streamGeneration",
            summary = "Follow a generation",
            description = "Server-sent events: first the state as it is, then every change of status and progress. An"
                    + " event is named by the status, or progress; its data is the generation. Ends with the"
                    + " generation, or soon after the reader's key was revoked. Comments keep the connection open. A reader that is hundreds of events behind is"
                    + " cut off; it comes again with Last-Event-ID.")
    @APIResponse(
            responseCode = "200",
            description = "The stream.",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(ref = "GenerationEvents")))
    @APIResponse(responseCode = "204", description = "The reader has had the last event: do not come again.")
    public Multi<OutboundSseEvent> events(
            @PathParam("id") String id,
            @Parameter(description = "The id of the last event that the reader had; it is not sent again.")
                    @HeaderParam("Last-Event-ID")
                    String seen,
            @Context Sse sse,
            @Context HttpServerRequest call,
            @Context UriInfo uri) {
        Generation generation = lookup.find(id);
        if (generation.status().terminal() && EventStreams.eventId(generation).equals(seen)) {
            throw new WebApplicationException(Response.noContent().build());
        }
        if (call.method().equals(HttpMethod.HEAD)) {
            // A stream would keep the caller's connection to the generation's end, for nothing.
            throw new WebApplicationException(
                    Response.ok().type(MediaType.SERVER_SENT_EVENTS).build());
        }
        return streams.of(
                generation.id(),
                new EventStreams.Reader(seen, sse, uri.getBaseUri(), caller.proof(), () -> HangUp.on(call)));
    }
}
