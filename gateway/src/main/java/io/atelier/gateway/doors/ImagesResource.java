package io.atelier.gateway.doors;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.api.Problem;
import io.atelier.gateway.api.Submissions;
import io.atelier.gateway.doors.ImageCall.Drawing;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.trace.CallTraces;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.message.TraceParent;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * OpenAI's call for pictures, in front of the same generations: clients of theirs work with another base URL. It answers when
 * the pictures are there.
 *
 * @see "openai/openai-node resources/images.ts"
 */
@Path("/v1/images")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "OpenAI", description = "For clients of OpenAI's Images API. Errors have the shape that it has.")
public class ImagesResource {
    private static final System.Logger LOG = System.getLogger(ImagesResource.class.getName());

    /** Official clients repeat calls that failed unless they are told that it is no use. */
    private static final String REPEAT = "x-should-retry";

    private final Submissions submissions;
    private final Generations generations;
    private final CallTraces traces;
    private final ModelNames models;
    private final Presenter presenter;
    private final DoorConfig config;

    public ImagesResource(
            Submissions submissions,
            Generations generations,
            CallTraces traces,
            ModelNames models,
            Presenter presenter,
            DoorConfig config) {
        this.submissions = submissions;
        this.generations = generations;
        this.traces = traces;
        this.models = models;
        this.presenter = presenter;
        this.config = config;
    }

    @POST
    @Path("/generations")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "generateImages",
            summary = "Draw pictures and wait for them",
            description =
                    "OpenAI's names for models mean the workers' own model. quality, style, background, moderation"
                            + " and user have no effect. Every input of a generation may be given beside, such as seed.")
    @RequestBody(required = true, content = @Content(schema = @Schema(ref = "ImageCall")))
    @APIResponseSchema(value = ImagesAnswer.class, responseDescription = "The pictures.")
    @APIResponse(
            responseCode = "400",
            description = "The request cannot be drawn; param names the field.",
            headers = @Header(name = REPEAT, ref = REPEAT))
    @APIResponse(
            responseCode = "404",
            description = "The pictures were drawn before, for the same key, and are not stored any more.")
    @APIResponse(
            responseCode = "409",
            description = "The generation was cancelled.",
            headers = @Header(name = REPEAT, ref = REPEAT))
    @APIResponse(
            responseCode = "500",
            description = "The pictures could not be drawn, or a fault of the gateway.",
            headers = @Header(name = REPEAT, ref = REPEAT))
    @APIResponse(responseCode = "503", description = "Kafka or a store does not answer, or the gateway stops.")
    @APIResponse(
            responseCode = "504",
            description = "It took too long and was cancelled, unless the call has a key.",
            headers = @Header(name = REPEAT, ref = REPEAT))
    public CompletionStage<Response> generate(
            InputStream body, @Context HttpHeaders headers, @Context UriInfo uri, @Context RoutingContext caller) {
        try {
            TraceParent trace = traces.of("submit");
            CompletableFuture<Void> gone = Departure.of(caller);
            Drawing drawing = submissions.read(body, call -> ImageCall.read(call, models));
            return submissions
                    .submit(drawing.request(), headers, Optional.empty())
                    .thenApply(generation -> cancelledIf(gone, generation, trace, headers))
                    .thenCompose(generation -> generations.awaitEnd(generation, config.openaiWait()))
                    .thenCompose(generation -> generation.status().terminal()
                            ? CompletableFuture.completedFuture(answer(generation, drawing.wantsBytes(), uri))
                            : comesAgain(headers)
                                    ? CompletableFuture.completedFuture(notYet(uri))
                                    : givenUp(generation, drawing.wantsBytes(), trace, uri));
        } catch (GenerationException e) {
            throw ImageCall.inTheirWords(e);
        }
    }

    /** A caller with a key can come again and find the generation. Without one nobody would ever fetch the pictures. */
    private static boolean comesAgain(HttpHeaders headers) {
        return headers.getHeaderString(Submissions.KEY_HEADER) != null;
    }

    private Generation cancelledIf(
            CompletableFuture<Void> gone, Generation generation, TraceParent trace, HttpHeaders headers) {
        if (!comesAgain(headers)) {
            gone.thenCompose(left -> cancel(generation, "its caller has gone", trace))
                    .exceptionally(failure -> {
                        // Mostly because it has ended meanwhile; else it is drawn for nobody.
                        LOG.log(
                                Level.INFO,
                                "Not cancelled, although its caller has gone: " + generation.id() + ": "
                                        + failure.getMessage());
                        return null;
                    });
        }
        return generation;
    }

    private Response notYet(UriInfo uri) {
        return late("; it is still being drawn: call again with the same Idempotency-Key", uri);
    }

    private Response late(String what, UriInfo uri) {
        if (generations.isStopping()) {
            String detail = "The gateway stops" + what;
            return Response.status(503)
                    .entity(Problem.of(503, ErrorCode.INTERNAL, detail, uri.getPath(), List.of()))
                    .header(HttpHeaders.RETRY_AFTER, 1)
                    .build();
        }
        return problem(504, ErrorCode.INTERNAL, "No picture after " + config.openaiWait() + what, uri);
    }

    /** Nobody would ever fetch it. If it ends in this very moment, that is the answer. */
    private CompletionStage<Response> givenUp(
            Generation generation, boolean wantsBytes, TraceParent trace, UriInfo uri) {
        return cancel(generation, "nobody waits for it any more", trace)
                .exceptionally(failure -> generations.find(generation.id()).orElse(generation))
                .thenApply(now -> now.status().terminal() ? answer(now, wantsBytes, uri) : late("", uri));
    }

    /** Fails, also by what cannot be cancelled any more, only as what it returns. */
    private CompletionStage<Generation> cancel(Generation generation, String reason, TraceParent trace) {
        return CompletableFuture.completedFuture(new Cancellation(generation.id(), reason))
                .thenCompose(cancellation -> generations.cancel(cancellation, trace));
    }

    private Response answer(Generation generation, boolean wantsBytes, UriInfo uri) {
        return generation.status() == GenerationStatus.SUCCEEDED
                ? Response.ok(pictures(generation, wantsBytes, uri.getBaseUri()))
                        .build()
                : failed(generation, uri);
    }

    private ImagesAnswer pictures(Generation generation, boolean wantsBytes, URI called) {
        List<ImagesAnswer.Image> images = presenter.present(generation, called).output().stream()
                .map(image -> wantsBytes
                        ? new ImagesAnswer.Image(null, base64(generation, image))
                        : new ImagesAnswer.Image(image.url(), null))
                .collect(Collectors.toUnmodifiableList());
        OutputImage first = generation.output().get(0);
        return new ImagesAnswer(
                generation.completedAt().getEpochSecond(),
                images,
                first.contentType().replace("image/", ""),
                first.width() + "x" + first.height());
    }

    private String base64(Generation generation, OutputImage image) {
        byte[] content = presenter
                .content(image)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.NOT_FOUND,
                        "Picture " + image.index() + " of " + generation.id() + " is not stored any more"));
        return Base64.getEncoder().encodeToString(content);
    }

    private static Response failed(Generation generation, UriInfo uri) {
        if (generation.error() == null) {
            String message = "The generation ended as " + generation.status().wireName();
            return problem(409, ErrorCode.CONFLICT, message, uri);
        }
        // Workers have repeated what is worth it.
        int status = generation.error().code().retryable() || generation.error().code() == ErrorCode.ATTEMPTS_EXHAUSTED
                ? 500
                : 422;
        return problem(status, generation.error().code(), generation.error().message(), uri);
    }

    private static Response problem(int status, ErrorCode code, String message, UriInfo uri) {
        return Response.status(status)
                .entity(Problem.of(status, code, message, uri.getPath(), List.of()))
                .header(REPEAT, false)
                .build();
    }
}
