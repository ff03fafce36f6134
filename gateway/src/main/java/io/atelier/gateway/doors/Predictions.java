package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.Bodies;
import io.atelier.gateway.api.Preferences;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Generations;
import io.atelier.job.Generation;
import io.atelier.job.WebhookFormat;
import io.atelier.message.Json;
import io.atelier.message.RequestParser;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes generations of calls for predictions, and predictions of generations. */
@Singleton
class Predictions {
    private final Submissions submissions;
    private final Generations generations;
    private final Presenter presenter;
    private final GatewayConfig.Http config;

    Predictions(Submissions submissions, Generations generations, Presenter presenter, GatewayConfig config) {
        this.submissions = submissions;
        this.generations = generations;
        this.presenter = presenter;
        this.config = config.http();
    }

    /**
     * Submits a call's request and answers with the prediction.
     *
     * @param model       by the name that other services have for it, where the path tells it
     * @param cancelAfter the header; null if there is none
     */
    CompletionStage<Response> create(
            InputStream body, Optional<String> model, String cancelAfter, HttpHeaders headers, UriInfo uri) {
        Optional<Duration> wait =
                Preferences.wait(headers.getRequestHeader("Prefer"), config.defaultWait(), config.maxWait());
        try {
            JsonNode call = RequestParser.readObject(Bodies.read(body, submissions.maxBytes()));
            return submissions
                    .submit(request(call, model, cancelAfter), headers)
                    .thenCompose(generation -> wait.isPresent()
                            ? generations.awaitEnd(generation, wait.get())
                            : CompletableFuture.completedFuture(generation))
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
        submissions.nameModel(request, model.orElse(call.path("version").asText()));
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

    Prediction present(Generation generation, UriInfo uri) {
        return Prediction.of(presenter.present(generation, uri.getBaseUri()));
    }
}
