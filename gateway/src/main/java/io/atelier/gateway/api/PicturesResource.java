package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.OutputImage;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The pictures of a generation. */
@Path("/v1/generations/{id}/images")
@Tag(name = "Generations")
@APIResponse(responseCode = "400", ref = ApiDocument.NOT_UNDERSTOOD)
@APIResponse(responseCode = "503", ref = ApiDocument.UNAVAILABLE)
public class PicturesResource {
    /** What a browser may take it for is ours to say; nothing else is served as a picture. */
    private static final Set<String> TYPES = Set.of("image/png", "image/jpeg", "image/webp");

    private static final String UNKNOWN_TYPE = "application/octet-stream";

    private final Lookup lookup;
    private final Presenter presenter;

    PicturesResource(Lookup lookup, Presenter presenter) {
        this.lookup = lookup;
        this.presenter = presenter;
    }

    @GET
    @Path("/{index}")
    @Blocking
    @Operation(
            operationId = "getImage",
            summary = "One picture",
            description = "Leads to where it is stored, or gives its bytes where readers cannot reach that store.")
    @Parameter(name = "index", schema = @Schema(implementation = Integer.class), description = "Counted from 0.")
    @APIResponse(
            responseCode = "200",
            description = "The picture, where the gateway serves it itself.",
            content = {
                @Content(mediaType = "image/png"),
                @Content(mediaType = "image/jpeg"),
                @Content(mediaType = "image/webp"),
                @Content(mediaType = UNKNOWN_TYPE)
            })
    @APIResponse(responseCode = "302", description = "The picture is at Location for a while.")
    public Response image(@PathParam("id") String id, @PathParam("index") String index) {
        OutputImage image = picture(lookup.find(id), index);
        return presenter
                .link(image)
                .map(link -> Response.status(Response.Status.FOUND)
                        .location(link)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .build())
                .orElseGet(() -> bytes(id, image));
    }

    private static OutputImage picture(Generation generation, String index) {
        return generation.output().stream()
                .filter(candidate -> Integer.toString(candidate.index()).equals(index))
                .findFirst()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.NOT_FOUND,
                        generation.status().terminal()
                                ? "Generation " + generation.id() + " has "
                                        + generation.output().size() + " pictures and none with index " + index
                                : "Generation " + generation.id() + " has no pictures yet: it is "
                                        + generation.status().wireName()));
    }

    private Response bytes(String id, OutputImage image) {
        byte[] content = presenter
                .content(image)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.NOT_FOUND, "Picture " + image.index() + " of " + id + " is not stored any more"));
        String type = TYPES.contains(image.contentType()) ? image.contentType() : UNKNOWN_TYPE;
        return Response.ok(content, type)
                .header("X-Content-Type-Options", "nosniff")
                .header(HttpHeaders.CACHE_CONTROL, "private")
                .build();
    }
}
