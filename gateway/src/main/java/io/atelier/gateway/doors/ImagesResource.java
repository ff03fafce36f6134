package io.atelier.gateway.doors;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.api.ApiDocument;
import io.atelier.gateway.api.Bodies;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.api.Problem;
import io.atelier.gateway.jobs.Generations;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.message.RequestParser;
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
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
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
    private static final String EXAMPLE =
            "{\"prompt\": \"a big red circle on a yellow background\", \"n\": 1, \"size\":"
                    + " \"auto\", \"response_format\": \"b64_json\"}";

    /** Official clients repeat calls that failed unless they are told that it is no use. */
    private static final String REPEAT = "x-should-retry";

    private final Submissions submissions;
    private final Generations generations;
    private final Presenter presenter;
    private final DoorConfig config;

    public ImagesResource(Submissions submissions, Generations generations, Presenter presenter, DoorConfig config) {
        this.submissions = submissions;
        this.generations = generations;
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
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Object.class),
                            examples = @ExampleObject(name = "prompt", value = EXAMPLE)))
    @APIResponse(
            responseCode = "200",
            description = "The pictures.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ImagesAnswer.class)))
    @APIResponse(
            responseCode = "400",
            description = "The request cannot be drawn; param names the field.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(
            responseCode = "406",
            description = "The Accept header does not allow JSON.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(
            responseCode = "409",
            description = "The generation was cancelled.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(responseCode = "413", ref = ApiDocument.TOO_LARGE)
    @APIResponse(
            responseCode = "415",
            description = "The body is not declared as application/json.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(
            responseCode = "500",
            description = "The pictures could not be drawn, or a fault of the gateway.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(
            responseCode = "503",
            description = "Kafka or a store does not answer. Try again after Retry-After.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    @APIResponse(
            responseCode = "504",
            description = "It took too long and was cancelled.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiError.class)))
    public CompletionStage<Response> generate(
            InputStream body, @Context HttpHeaders headers, @Context UriInfo uri, @Context RoutingContext caller) {
        try {
            CompletableFuture<Void> gone = Departure.of(caller);
            ImageCall call = new ImageCall(RequestParser.readObject(Bodies.read(body, submissions.maxBytes())));
            boolean wantsBytes = call.wantsBytes();
            var request = call.toRequest();
            call.model().ifPresent(model -> submissions.nameModel(request, model));
            return submissions
                    .submit(request, headers)
                    .thenApply(generation -> cancelledIf(gone, generation, headers))
                    .thenCompose(generation -> generations.awaitEnd(generation, config.openaiWait()))
                    .thenCompose(generation -> generation.status().terminal()
                            ? CompletableFuture.completedFuture(answer(generation, wantsBytes, uri))
                            : givenUp(generation, headers, uri));
        } catch (GenerationException e) {
            throw ImageCall.inTheirWords(e);
        }
    }

    /** A caller with a key can come again and find the generation. Without one nobody would ever fetch the pictures. */
    private Generation cancelledIf(CompletableFuture<Void> gone, Generation generation, HttpHeaders headers) {
        if (headers.getHeaderString("Idempotency-Key") == null) {
            gone.thenCompose(left -> submissions.cancel(generation.id(), "its caller has gone", headers))
                    .exceptionally(ended -> null);
        }
        return generation;
    }

    /** Nobody would ever fetch it. */
    private CompletionStage<Response> givenUp(Generation generation, HttpHeaders headers, UriInfo uri) {
        return submissions
                .cancel(generation.id(), "nobody waits for it any more", headers)
                .handle((told, failure) ->
                        problem(504, ErrorCode.INTERNAL, "No picture after " + config.openaiWait(), uri));
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
