package io.atelier.worker.draw;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationInput;
import io.atelier.job.Tenant;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.StartImage;
import io.atelier.sdxl.image.PictureReader;
import io.atelier.sdxl.image.UnreadablePictureException;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Fetches the pictures that requests begin with, from buckets that are allowed for it ({@code s3://BUCKET/KEY}, or a key
 * alone for the bucket that results go to) or from URLs.
 */
public final class InputPictures {
    private static final String S3 = "s3://";

    private final ImageStore store;
    private final Map<String, String> buckets;
    private final Optional<PictureDownload> download;
    private final Limits limits;

    /**
     * What may be read and drawn.
     *
     * @param maxBytes       of a file
     * @param maxPixels      of a picture that is read
     * @param maxSide        of a picture that is drawn
     * @param maxDrawnPixels of a picture that is drawn
     */
    public record Limits(int maxBytes, long maxPixels, int maxSide, long maxDrawnPixels) {}

    /**
     * @param buckets  real names by alias, of those that pictures may come from
     * @param download empty if none may come from URLs
     */
    public InputPictures(
            ImageStore store, Map<String, String> buckets, Optional<PictureDownload> download, Limits limits) {
        this.store = store;
        this.buckets = Map.copyOf(buckets);
        this.download = download;
        this.limits = limits;
    }

    /**
     * What the request begins with; empty for pure noise.
     *
     * @param tenant who asks; objects of others are not there for it, in whatever bucket
     * @throws GenerationException INVALID_REQUEST, UNSUPPORTED, UNKNOWN_BUCKET or INPUT_UNAVAILABLE naming field and value;
     *     STORAGE_UNAVAILABLE
     */
    Optional<StartImage> start(String tenant, GenerationInput input, int steps) {
        if (input.image() == null) {
            if (input.maskImage() != null) {
                throw invalid("input.mask_image", "needs an image too", input.maskImage());
            }
            return Optional.empty();
        }
        boolean isInpainting = input.maskImage() != null;
        double strength = strength(input, isInpainting, steps);
        RgbImage image = read(tenant, "input.image", input.image());
        Optional<RgbImage> mask =
                isInpainting ? Optional.of(read(tenant, "input.mask_image", input.maskImage())) : Optional.empty();
        try {
            StartImage start = new StartImage(image, strength, mask);
            requireDrawable(input, start.ownSize());
            return Optional.of(start);
        } catch (IllegalArgumentException e) {
            throw invalid("input.image", e.getMessage(), input.image());
        }
    }

    private static double strength(GenerationInput input, boolean isInpainting, int steps) {
        double usual = isInpainting ? StartImage.DEFAULT_INPAINTING_STRENGTH : StartImage.DEFAULT_STRENGTH;
        double strength = input.strength() == null ? usual : input.strength();
        if (StartImage.steps(strength, steps) < 1) {
            String message = "leaves none of the " + steps + " steps";
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "input.strength: " + message,
                    List.of(new FieldError("input.strength", message, Double.toString(strength))));
        }
        return strength;
    }

    /** The schema's check does not see the size that a picture brings along. */
    private void requireDrawable(GenerationInput input, ImageSize own) {
        int width = input.width() == null ? own.width() : input.width();
        int height = input.height() == null ? own.height() : input.height();
        if (width > limits.maxSide() || height > limits.maxSide() || (long) width * height > limits.maxDrawnPixels()) {
            throw invalid(
                    "input.image",
                    "would be drawn at " + width + "x" + height + "; give a width and height of at most "
                            + limits.maxSide() + " and " + limits.maxDrawnPixels() + " pixels together",
                    input.image());
        }
    }

    private RgbImage read(String tenant, String field, String reference) {
        byte[] file = isUrl(reference) ? download(field, reference) : object(tenant, field, reference);
        if (file.length > limits.maxBytes()) {
            throw invalid(field, "the file may have " + limits.maxBytes() + " bytes at most", reference);
        }
        try {
            return PictureReader.read(file, limits.maxPixels());
        } catch (UnreadablePictureException e) {
            throw invalid(field, e.getMessage(), reference);
        }
    }

    private byte[] object(String tenant, String field, String reference) {
        return Optional.of(locate(field, reference))
                .filter(location -> Tenant.owns(tenant, location.key()))
                .flatMap(location -> store.getFirst(location, limits.maxBytes() + 1))
                .orElseThrow(() -> invalid(field, "there is no such object", reference));
    }

    private static boolean isUrl(String reference) {
        return reference.regionMatches(true, 0, "https://", 0, 8) || reference.regionMatches(true, 0, "http://", 0, 7);
    }

    private byte[] download(String field, String url) {
        PictureDownload urls = download.orElseThrow(
                () -> refused(ErrorCode.UNSUPPORTED, field, "these workers fetch nothing from URLs", url));
        try {
            return urls.fetchFirst(url, limits.maxBytes() + 1);
        } catch (PictureDownload.Failure e) {
            ErrorCode code = e.retryable() ? ErrorCode.INPUT_UNAVAILABLE : ErrorCode.INVALID_REQUEST;
            throw refused(code, field, e.getMessage(), url);
        }
    }

    private ImageLocation locate(String field, String reference) {
        if (!reference.contains("://")) {
            return new ImageLocation(bucket(field, "default", reference), key(field, reference, reference));
        }
        if (!reference.startsWith(S3)) {
            throw refused(ErrorCode.UNSUPPORTED, field, "must be s3://BUCKET/KEY, a key, or an https URL", reference);
        }
        int slash = reference.indexOf('/', S3.length());
        if (slash < 0) {
            throw invalid(field, "must be s3://BUCKET/KEY", reference);
        }
        return new ImageLocation(
                bucket(field, reference.substring(S3.length(), slash), reference),
                key(field, reference.substring(slash + 1), reference));
    }

    /** By its alias or, as in the description of a result, by its real name. */
    private String bucket(String field, String name, String reference) {
        String bucket = buckets.containsValue(name) ? name : buckets.get(name);
        if (bucket == null) {
            String message =
                    "pictures may not come from bucket \"" + name + "\" but from " + new TreeSet<>(buckets.keySet());
            throw refused(ErrorCode.UNKNOWN_BUCKET, field, message, reference);
        }
        return bucket;
    }

    private static String key(String field, String key, String reference) {
        if (key.isEmpty() || key.startsWith("/")) {
            throw invalid(field, "must name an object", reference);
        }
        return key;
    }

    private static GenerationException invalid(String field, String message, String value) {
        return refused(ErrorCode.INVALID_REQUEST, field, message, value);
    }

    private static GenerationException refused(ErrorCode code, String field, String message, String value) {
        return new GenerationException(
                code, field + ": " + message, List.of(new FieldError(field, message, '"' + shown(value) + '"')));
    }

    /** Errors travel further than requests, and a URL's user and query are often a key. */
    private static String shown(String reference) {
        return isUrl(reference)
                ? reference.replaceFirst("//[^/?#]*@", "//").replaceFirst("(?s)[?#].*", "?…")
                : reference;
    }
}
