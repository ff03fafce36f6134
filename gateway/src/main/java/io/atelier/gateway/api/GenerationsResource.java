package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Generations.Submission;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.OutputImage;
import io.atelier.message.RequestParser;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;

/** Submit a generation and follow it. */
@Path("/v1/generations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Generations", description = "Submit a generation and follow it.")
@APIResponse(
        responseCode = "500",
        description = "A fault of the gateway.",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class GenerationsResource {
    private static final int LONGEST_KEY = 255;
    private static final String REQUEST_SCHEMA = SchemasResource.PATH + "/generation-request.schema.json";
    private static final String GENERATION_SCHEMA = SchemasResource.PATH + "/generation.schema.json";
    private static final String REQUEST_EXAMPLE = "{\"input\": {\"prompt\": \"a big red circle on a yellow"
            + " background\", \"width\": 128, \"height\": 128, \"num_inference_steps\": 20, \"seed\": 42}}";
    private static final String QUEUED_EXAMPLE = "{\"id\": \"0198c5a2-7c1e-7d09-9a59-0f6a3f0b8a11\", \"tenant\":"
            + " \"default\", \"status\": \"queued\", \"priority\": \"normal\", \"input\": {\"prompt\": \"a big red"
            + " circle on a yellow background\"}, \"output\": [], \"error\": null, \"metadata\": {}, \"attempt\": 0,"
            + " \"created_at\": \"2026-01-01T12:00:00Z\"}";
    private static final String PROBLEM_EXAMPLE = "{\"type\": \"https://atelier.io/problems/invalid_request\","
            + " \"title\": \"Unprocessable Content\", \"status\": 422, \"detail\": \"input.width must be multiple of"
            + " 8 (was 100)\", \"instance\": \"/v1/generations\", \"code\": \"invalid_request\", \"errors\":"
            + " [{\"field\": \"input.width\", \"message\": \"must be multiple of 8\", \"value\": \"100\"}]}";

    private final Generations generations;
    private final EventStreams streams;
    private final Presenter presenter;
    private final RequestParser parser;
    private final GatewayConfig.Http config;
    private final Optional<List<String>> models;
    private final MeterRegistry metrics;
    private final Clock clock;

    public GenerationsResource(
            Generations generations,
            EventStreams streams,
            Presenter presenter,
            RequestParser parser,
            GatewayConfig config,
            MeterRegistry metrics,
            Clock clock) {
        this.generations = generations;
        this.streams = streams;
        this.presenter = presenter;
        this.parser = parser;
        this.config = config.http();
        this.models = config.models();
        this.metrics = metrics;
        this.clock = clock;
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "submitGeneration",
            summary = "Submit a generation",
            description = "Answers as soon as Kafka has taken the request. The same id or Idempotency-Key again is the"
                    + " same generation.")
    @Parameter(
            name = "Prefer",
            in = ParameterIn.HEADER,
            description = "wait=N holds the answer back until the generation has ended, N seconds at most.",
            schema = @Schema(implementation = String.class),
            example = "wait=30")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = REQUEST_SCHEMA),
                            examples = @ExampleObject(name = "prompt", value = REQUEST_EXAMPLE)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; not ended yet.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = GENERATION_SCHEMA),
                            examples = @ExampleObject(name = "queued", value = QUEUED_EXAMPLE)))
    @APIResponse(
            responseCode = "201",
            description = "Ended while the call waited, well or badly: see status.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "200",
            description = "Was submitted before and has ended.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "400",
            description = "The body is not JSON.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "413",
            description = "The body is too large.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "415",
            description = "The body is not declared as application/json.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "The request breaks the contract; one entry per wrong field.",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class),
                            examples = @ExampleObject(name = "size", value = PROBLEM_EXAMPLE)))
    @APIResponse(
            responseCode = "503",
            description = "Kafka did not take the request; nothing was stored.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public CompletionStage<Response> submit(
            InputStream body,
            @Parameter(description = "The same key always means the same generation.") @HeaderParam("Idempotency-Key")
                    String idempotencyKey,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        Optional<Duration> wait =
                Preferences.wait(headers.getRequestHeader("Prefer"), config.defaultWait(), config.maxWait());
        return counted(read(body, idempotencyKey))
                .thenCompose(submission -> wait.isPresent()
                        ? generations.awaitEnd(submission.generation(), wait.get())
                        : CompletableFuture.completedFuture(submission.generation()))
                .thenApply(generation -> answer(generation, wait, uri));
    }

    private GenerationRequest read(InputStream body, String idempotencyKey) {
        try {
            JsonNode tree = RequestParser.readObject(bytes(body));
            GenerationRequest request = parser.parse(tree);
            requireServed(request.model());
            return request.id() == null ? request.withId(newId(idempotencyKey)) : request;
        } catch (GenerationException e) {
            count("invalid");
            throw e;
        }
    }

    private void requireServed(String model) {
        if (model != null && models.isPresent() && !models.get().contains(model)) {
            String message = "must be one of " + models.get();
            throw new GenerationException(
                    ErrorCode.UNKNOWN_MODEL,
                    "model " + message + " (was \"" + model + "\")",
                    List.of(new FieldError("model", message, '"' + model + '"')));
        }
    }

    private byte[] bytes(InputStream body) {
        int limit = parser.limits().maxRequestBytes();
        try {
            byte[] bytes = body.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new GenerationException(ErrorCode.REQUEST_TOO_LARGE, BodyLimit.tooLarge(limit));
            }
            return bytes;
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "The body ended early", e);
        }
    }

    private GenerationId newId(String idempotencyKey) {
        if (idempotencyKey == null) {
            return GenerationId.random(clock.millis());
        }
        if (idempotencyKey.isBlank() || idempotencyKey.length() > LONGEST_KEY) {
            String message = "must have 1 to " + LONGEST_KEY + " characters";
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "Idempotency-Key " + message,
                    List.of(new FieldError("Idempotency-Key", message, Integer.toString(idempotencyKey.length()))));
        }
        return GenerationId.ofIdempotencyKey(Generation.DEFAULT_TENANT, idempotencyKey);
    }

    private CompletionStage<Submission> counted(GenerationRequest request) {
        return generations.submit(request).whenComplete((submission, failure) -> {
            if (failure != null) {
                count("refused");
            } else {
                count(submission.accepted() ? "accepted" : "known");
            }
        });
    }

    private void count(String outcome) {
        metrics.counter("atelier.submissions", "outcome", outcome).increment();
    }

    private Response answer(Generation generation, Optional<Duration> waited, UriInfo uri) {
        int status = !generation.status().terminal() ? 202 : waited.isPresent() ? 201 : 200;
        Response.ResponseBuilder response = Response.status(status)
                .location(presenter.address(generation, uri.getBaseUri()))
                .entity(presenter.present(generation, uri.getBaseUri()));
        waited.ifPresent(wait -> response.header("Preference-Applied", "wait=" + wait.toSeconds()));
        return response.build();
    }

    @GET
    @Path("/{id}")
    @Blocking
    @Operation(
            operationId = "getGeneration",
            summary = "The generation as it is now",
            description = "With fresh URLs for its pictures, and while it runs with its latest progress.")
    @APIResponse(
            responseCode = "200",
            description = "The generation.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "404",
            description = "Nothing is known under this id.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response get(@PathParam("id") String id, @Context UriInfo uri) {
        return Response.ok(presenter.present(find(id), uri.getBaseUri()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @GET
    @Path("/{id}/images/{index}")
    @Blocking
    @Operation(operationId = "getImage", summary = "One picture", description = "Leads to where it is stored.")
    @Parameter(name = "index", schema = @Schema(implementation = Integer.class), description = "Counted from 0.")
    @APIResponse(
            responseCode = "302",
            description = "The picture is at Location for a while.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)))
    @APIResponse(
            responseCode = "404",
            description = "No such picture, or not yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response image(@PathParam("id") String id, @PathParam("index") String index) {
        Generation generation = find(id);
        OutputImage image = generation.output().stream()
                .filter(candidate -> Integer.toString(candidate.index()).equals(index))
                .findFirst()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.NOT_FOUND,
                        generation.status().terminal()
                                ? "Generation " + id + " has "
                                        + generation.output().size() + " pictures and none with index " + index
                                : "Generation " + id + " has no pictures yet: it is "
                                        + generation.status().wireName()));
        return Response.status(Response.Status.FOUND)
                .location(presenter.presign(image))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @GET
    @Path("/{id}/events")
    @Blocking
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ResponseHeader(name = HttpHeaders.CACHE_CONTROL, value = "no-cache")
    @ResponseHeader(name = "X-Accel-Buffering", value = "no")
    @Operation(
            operationId = "streamGeneration",
            summary = "Follow a generation",
            description = "Server-sent events: first the state as it is, then every change of status and progress. An"
                    + " event is named by the status, or progress; its data is the generation. Ends with the"
                    + " generation.")
    @APIResponse(
            responseCode = "200",
            description = "The stream.",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    @APIResponse(
            responseCode = "404",
            description = "Nothing is known under this id.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse, @Context UriInfo uri) {
        return streams.of(find(id).id(), sse, uri.getBaseUri());
    }

    private Generation find(String id) {
        if (!GenerationId.isValid(id)) {
            throw new GenerationException(ErrorCode.NOT_FOUND, "Not the id of a generation: " + id);
        }
        return generations
                .find(new GenerationId(id))
                .orElseThrow(() -> new GenerationException(ErrorCode.NOT_FOUND, "No generation " + id));
    }
}
