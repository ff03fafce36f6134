package io.atelier.worker.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.message.Json;
import java.io.IOException;

/**
 * The end of a generation as it is kept: the generation object, with two fields beside it that only workers look at.
 *
 * @param generation    in a terminal status; its URLs are left out, since they run out
 * @param requestDigest of the request that it answers; null in manifests older than this field
 * @param replay        how often the request had been put back from the dead letters by then
 */
public record Manifest(Generation generation, String requestDigest, int replay) {
    private static final String REQUEST_DIGEST = "request_digest";
    private static final String REPLAY = "replay";

    byte[] toJson() {
        ObjectNode tree = Json.mapper().valueToTree(generation);
        tree.put(REQUEST_DIGEST, requestDigest);
        tree.put(REPLAY, replay);
        try {
            return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new GenerationException(ErrorCode.INTERNAL, "The manifest cannot be written as JSON", e);
        }
    }

    static Manifest read(byte[] json, GenerationId id) {
        try {
            JsonNode tree = Json.mapper().readTree(json);
            return new Manifest(
                    Json.mapper().treeToValue(tree, Generation.class),
                    tree.path(REQUEST_DIGEST).textValue(),
                    tree.path(REPLAY).asInt(0));
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.STORAGE_UNAVAILABLE, "The manifest of " + id + " is unreadable", e);
        }
    }

    /** A failure gives way when its request is put back from the dead letters; nothing else does. */
    public boolean isSupersededBy(int laterReplay) {
        return generation.status() == GenerationStatus.FAILED && laterReplay > replay;
    }

    /** Whether it answers this request; a manifest that does not say is trusted. */
    public boolean answers(String digest) {
        return requestDigest == null || requestDigest.equals(digest);
    }
}
