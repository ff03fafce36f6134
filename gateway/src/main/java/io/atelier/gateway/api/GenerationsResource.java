package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Generations.Outcome;
import io.atelier.gateway.jobs.Generations.Submission;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Page;
import io.atelier.gateway.webhooks.WebhookTargets;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.message.RequestParser;
import io.atelier.message.SchemaValidator;
import io.atelier.message.Schemas;
import io.atelier.message.TraceParent;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Blocking;
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
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
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

/** Submit generations, look at them, cancel them. */
@Path("/v1/generations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Generations", description = "Submit generations and follow them.")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "406", ref = ApiDocument.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ApiDocument.FAULT)
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class GenerationsResource {
    private static final int LONGEST_KEY = 255;
    private static final String KEY_HEADER = "Idempotency-Key";

    private final Generations generations;
    private final Caller caller;
    private final Lookup lookup;
    private final JobQueries queries;
    private final Placement placement;
    private final Presenter presenter;
    private final RequestParser parser;
    private final WebhookTargets webhookTargets;
    private final SchemaValidator cancellations = new SchemaValidator(Schemas.CANCEL);
    private final GatewayConfig.Http config;
    private final Optional<List<String>> models;
    private final MeterRegistry metrics;
    private final Clock clock;

    public GenerationsResource(
            Generations generations,
            Caller caller,
            Lookup lookup,
            JobQueries queries,
            Placement placement,
            Presenter presenter,
            RequestParser parser,
            WebhookTargets webhookTargets,
            GatewayConfig config,
            MeterRegistry metrics,
            Clock clock) {
        this.generations = generations;
        this.caller = caller;
        this.lookup = lookup;
        this.queries = queries;
        this.placement = placement;
        this.presenter = presenter;
        this.parser = parser;
        this.webhookTargets = webhookTargets;
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
            description = "Answers as soon as Kafka has taken the request. The same request under the same id or"
                    + " Idempotency-Key again is the same generation.")
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
                            schema = @Schema(ref = ApiDocument.REQUEST_SCHEMA),
                            examples = @ExampleObject(name = "prompt", value = ApiDocument.REQUEST_EXAMPLE)))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; not ended yet.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "201",
            description = "Ended while the call waited, well or badly: see status.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(
            responseCode = "200",
            description = "Was submitted before and has ended.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(responseCode = "409", ref = ApiDocument.CONFLICT)
    @APIResponse(responseCode = "413", ref = ApiDocument.TOO_LARGE)
    @APIResponse(responseCode = "415", ref = ApiDocument.WRONG_TYPE)
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public CompletionStage<Response> submit(
            InputStream body,
            @Parameter(
                            description = "The same key always means the same generation; with another request it is"
                                    + " refused. Has no meaning beside an id in the body.")
                    @HeaderParam(KEY_HEADER)
                    String idempotencyKey,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        Optional<Duration> wait =
                Preferences.wait(headers.getRequestHeader("Prefer"), config.defaultWait(), config.maxWait());
        return counted(read(body, idempotencyKey), trace(headers))
                .thenApply(submission -> requireSame(submission, idempotencyKey))
                .thenCompose(generation -> wait.isPresent()
                        ? generations.awaitEnd(generation, wait.get())
                        : CompletableFuture.completedFuture(generation))
                .thenApply(generation -> answer(generation, wait, uri));
    }

    private GenerationRequest read(InputStream body, String idempotencyKey) {
        try {
            byte[] bytes = Bodies.read(body, parser.limits().maxRequestBytes());
            GenerationRequest request = parser.parse(RequestParser.readObject(bytes));
            requireServed(request.model());
            webhookTargets.require(request.webhook());
            return request.withId(
                    request.id() == null ? newId(idempotencyKey) : request.id().of(caller.tenant()));
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

    private GenerationId newId(String idempotencyKey) {
        if (idempotencyKey == null) {
            return GenerationId.random(clock.millis()).of(caller.tenant());
        }
        if (idempotencyKey.isBlank() || idempotencyKey.length() > LONGEST_KEY) {
            throw wrongKey("must have 1 to " + LONGEST_KEY + " characters", idempotencyKey.length() + " characters");
        }
        return GenerationId.ofIdempotencyKey(caller.tenant(), idempotencyKey);
    }

    private static GenerationException wrongKey(String message, String value) {
        return new GenerationException(
                ErrorCode.INVALID_REQUEST,
                KEY_HEADER + " " + message,
                List.of(new FieldError(KEY_HEADER, message, value)));
    }

    /** The caller's, so that what follows from the call is seen with it. */
    private static TraceParent trace(HttpHeaders headers) {
        return TraceParent.of(headers.getHeaderString(TraceParent.HEADER)).orElseGet(TraceParent::newRoot);
    }

    private CompletionStage<Submission> counted(GenerationRequest request, TraceParent trace) {
        return generations.submit(request, trace).whenComplete((submission, failure) -> {
            if (failure != null) {
                count("refused");
            } else {
                count(submission.outcome().name().toLowerCase(Locale.ROOT));
            }
        });
    }

    private void count(String outcome) {
        metrics.counter("atelier.submissions", "outcome", outcome).increment();
    }

    /** A key that means another request is a mistake in the call; an id that does is taken. */
    private static Generation requireSame(Submission submission, String idempotencyKey) {
        Generation generation = submission.generation();
        if (submission.outcome() != Outcome.OTHER_REQUEST) {
            return generation;
        }
        boolean byKey = idempotencyKey != null
                && generation.id().equals(GenerationId.ofIdempotencyKey(generation.tenant(), idempotencyKey));
        if (byKey) {
            throw wrongKey("was used with another request before", null);
        }
        throw new GenerationException(
                ErrorCode.CONFLICT, "Generation " + generation.id() + " is there already, of another request");
    }

    private Response answer(Generation generation, Optional<Duration> waited, UriInfo uri) {
        int status = !generation.status().terminal() ? 202 : waited.isPresent() ? 201 : 200;
        Response.ResponseBuilder response = Response.status(status)
                .location(presenter.address(generation, uri.getBaseUri()))
                .entity(placement.show(presenter.present(generation, uri.getBaseUri())));
        waited.ifPresent(wait -> response.header("Preference-Applied", "wait=" + wait.toSeconds()));
        return response.build();
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
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = ApiDocument.PAGE_SCHEMA)))
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
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(responseCode = "404", ref = ApiDocument.NOT_FOUND)
    public Response get(@PathParam("id") String id, @Context UriInfo uri) {
        Generation generation = lookup.find(id);
        return Response.ok(placement.show(presenter.present(generation, uri.getBaseUri())))
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
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.CANCEL_SCHEMA),
                            examples = @ExampleObject(name = "reason", value = "{\"reason\": \"ordered by mistake\"}")))
    @APIResponse(
            responseCode = "202",
            description = "The workers are told. The generation is given as it still is.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(ref = ApiDocument.GENERATION_SCHEMA)))
    @APIResponse(responseCode = "404", ref = ApiDocument.NOT_FOUND)
    @APIResponse(responseCode = "409", ref = ApiDocument.CONFLICT)
    @APIResponse(responseCode = "413", ref = ApiDocument.TOO_LARGE)
    @APIResponse(responseCode = "422", ref = ApiDocument.INVALID)
    public CompletionStage<Response> cancel(
            @PathParam("id") String id, InputStream body, @Context HttpHeaders headers, @Context UriInfo uri) {
        GenerationId known = lookup.id(id);
        return generations
                .cancel(new Cancellation(known, reason(known, body)), trace(headers))
                .thenApply(generation -> Response.status(Response.Status.ACCEPTED)
                        .entity(placement.show(presenter.present(generation, uri.getBaseUri())))
                        .build());
    }

    /** No body is no reason. */
    private String reason(GenerationId id, InputStream body) {
        byte[] bytes = Bodies.read(body, parser.limits().maxRequestBytes());
        if (bytes.length == 0) {
            return null;
        }
        JsonNode tree = RequestParser.readObject(bytes);
        List<FieldError> errors = cancellations.validate(tree);
        if (errors.isEmpty()
                && tree.path("id").isTextual()
                && !tree.path("id").textValue().equals(id.value())) {
            errors = List.of(new FieldError(
                    "id", "must be that of the path", tree.path("id").toString()));
        }
        if (!errors.isEmpty()) {
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    errors.stream()
                            .map(error -> error.field() + " " + error.message())
                            .collect(Collectors.joining("; ")),
                    errors);
        }
        return tree.path("reason").textValue();
    }
}
