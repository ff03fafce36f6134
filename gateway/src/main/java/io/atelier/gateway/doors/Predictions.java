package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.Placed;
import io.atelier.gateway.api.Placement;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.api.Submissions;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.WebhookFormat;
import io.atelier.message.Json;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Makes generations of calls for predictions, and predictions of generations. */
@Singleton
class Predictions {
    private final Submissions submissions;
    private final ModelNames models;
    private final Placement placement;
    private final Presenter presenter;

    Predictions(Submissions submissions, ModelNames models, Placement placement, Presenter presenter) {
        this.submissions = submissions;
        this.models = models;
        this.placement = placement;
        this.presenter = presenter;
    }

    /**
     * Submits a call's request and answers with the prediction.
     *
     * @param model       by the name that other services have for it, where the path tells it
     * @param cancelAfter the header; null if there is none
     */
    CompletionStage<Response> create(
            InputStream body, Optional<String> model, String cancelAfter, HttpHeaders headers, UriInfo uri) {
        try {
            ObjectNode request = submissions.read(body, call -> request(call, model, cancelAfter));
            return submissions
                    .submit(request, headers, submissions.preferredWait(headers))
                    .thenApply(generation -> created(generation, uri));
        } catch (GenerationException e) {
            throw CogInput.inTheirWords(e);
        }
    }

    private ObjectNode request(JsonNode call, Optional<String> model, String cancelAfter) {
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
        String version = version(call);
        models.ours(model.orElse(version)).ifPresent(name -> request.put("model", name));
        ArrayNode events = WebhookEventNames.ours(call.path("webhook_events_filter"));
        if (call.hasNonNull("webhook")) {
            request.set("webhook", call.get("webhook"));
            request.set("webhook_events_filter", events);
            request.put("webhook_format", WebhookFormat.REPLICATE.wireName());
        }
        if (cancelAfter != null) {
            request.put("expires_in", CancelAfter.parse(cancelAfter).toString());
        }
        return request;
    }

    private static String version(JsonNode call) {
        JsonNode version = call.path("version");
        if (call.hasNonNull("version") && !version.isTextual()) {
            String message = "must be a string";
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "version " + message + " (was " + version + ")",
                    List.of(new FieldError("version", message, version.toString())));
        }
        return version.asText("");
    }

    /** Official clients take a prediction that was waited for as ended unless it is starting. */
    private Response created(Generation generation, UriInfo uri) {
        Placed placed = place(generation, uri);
        Prediction prediction = Prediction.of(generation.status().terminal() ? placed : asQueued(placed));
        return Response.created(URI.create(prediction.urls().get()))
                .entity(prediction)
                .build();
    }

    private static Placed asQueued(Placed placed) {
        Generation queued =
                placed.generation().toBuilder().status(GenerationStatus.QUEUED).build();
        return new Placed(queued, placed.queue());
    }

    /** As it is now, with its place in the queue. Blocks. */
    Prediction present(Generation generation, UriInfo uri) {
        return Prediction.of(place(generation, uri));
    }

    private Placed place(Generation generation, UriInfo uri) {
        return placement.place(presenter.present(generation, uri.getBaseUri()));
    }
}
