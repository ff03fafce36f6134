package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.webhooks.DeliveryLog;
import io.atelier.job.GenerationId;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a generation's receiver was told. */
@Path("/v1/generations/{id}/webhook-deliveries")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Webhooks", description = "What a generation's receiver was told, and how that went.")
@APIResponse(responseCode = "503", ref = "Unavailable")
public class WebhookDeliveriesResource {
    private final Lookup lookup;
    private final DeliveryLog log;

    public WebhookDeliveriesResource(Lookup lookup, DeliveryLog log) {
        this.lookup = lookup;
        this.log = log;
    }

    @Schema(description = "The messages of a generation, the first event first.")
    record Deliveries(List<Delivery> data) {}

    @Schema(description = "A message and its attempts.")
    record Delivery(
            @Schema(description = "The header webhook-id.") String id,
            @Schema(examples = "generation.succeeded") String type,

            @Schema(
                    implementation = String.class,
                    enumeration = {"pending", "delivered", "failed", "gone", "superseded"})
            String state,

            @Schema(nullable = true, description = "When it is sent next; null unless pending.")
            Instant nextAttemptAt,

            List<Attempt> attempts) {}

    @Schema(description = "One request to the receiver.")
    record Attempt(
            int attempt,
            Instant startedAt,
            long durationMs,

            @Schema(
                    implementation = String.class,
                    enumeration = {"delivered", "gone", "failed", "unreachable", "refused"})
            String outcome,

            @Schema(nullable = true, description = "Of the answer; null if there was none.")
            Integer status,

            @Schema(nullable = true, description = "What went wrong.")
            String error) {}

    @GET
    @Blocking
    @Operation(operationId = "listWebhookDeliveries", summary = "What the receiver was told")
    @APIResponse(
            responseCode = "200",
            description = "The messages with all attempts.",
            content = @Content(schema = @Schema(implementation = Deliveries.class)))
    @APIResponse(
            responseCode = "404",
            description = "Nothing is known under this id.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Deliveries list(@PathParam("id") String id) {
        return view(log.of(lookup.find(id).id()));
    }

    @POST
    @Path("/redeliver")
    @Blocking
    @Operation(
            operationId = "redeliverWebhooks",
            summary = "Tell the receiver again",
            description =
                    "Without a message: all that were not delivered, or the last one if all were. The webhook-id stays"
                            + " the same, and the schedule begins anew.")
    @APIResponse(
            responseCode = "202",
            description = "The messages as they are now.",
            content = @Content(schema = @Schema(implementation = Deliveries.class)))
    @APIResponse(
            responseCode = "404",
            description = "Nothing is known under this id, or there is no such message.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response redeliver(
            @PathParam("id") String id,
            @Parameter(description = "The webhook-id of a message.") @QueryParam("message") String message) {
        GenerationId known = lookup.find(id).id();
        if (!log.redeliver(known, message)) {
            throw new GenerationException(
                    ErrorCode.NOT_FOUND,
                    message == null
                            ? "Nothing was ever to be told about " + id
                            : "No message " + message + " of " + id);
        }
        return Response.accepted(view(log.of(known))).build();
    }

    private static Deliveries view(List<DeliveryLog.Delivery> deliveries) {
        return new Deliveries(
                deliveries.stream().map(WebhookDeliveriesResource::view).toList());
    }

    private static Delivery view(DeliveryLog.Delivery delivery) {
        return new Delivery(
                delivery.message().id(),
                delivery.message().type(),
                delivery.state(),
                delivery.state().equals("pending") ? delivery.dueAt() : null,
                delivery.attempts().stream()
                        .map(a -> new Attempt(
                                a.attempt(),
                                a.startedAt(),
                                a.duration().toMillis(),
                                a.outcome(),
                                a.status(),
                                a.error()))
                        .toList());
    }
}
