package io.atelier.worker.storage;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.OutputImage;
import io.atelier.job.OutputSettings;
import io.atelier.job.Tenant;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import io.atelier.worker.draw.Drawing;
import io.atelier.worker.draw.PictureEncoder.EncodedPicture;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where the results of a generation lie: {@code {key_prefix}{id}/{index}.{ext}} and, written last, {@code
 * {id}/manifest.json} in the default bucket. The manifest is the commit: a generation that has one has ended, well or not,
 * whatever else is lost, and a repeat before it writes the same keys again. All of a tenant's keys begin with {@link
 * Tenant#objectPrefix}.
 */
public final class ResultStore {
    public static final String DEFAULT_BUCKET = "default";

    private static final Duration DEFAULT_VALIDITY = Duration.ofHours(1);
    private static final String JSON = "application/json";

    private final ImageStore store;
    private final Map<String, String> buckets;

    /** @param buckets real names by the aliases that requests use; {@link #DEFAULT_BUCKET} among them */
    public ResultStore(ImageStore store, Map<String, String> buckets) {
        this.store = store;
        this.buckets = Map.copyOf(buckets);
    }

    /** @throws GenerationException STORAGE_UNAVAILABLE if a bucket is missing and may not be made */
    public void prepare(boolean createBuckets) {
        buckets.values().stream().distinct().forEach(bucket -> store.prepareBucket(bucket, createBuckets));
    }

    /** @throws GenerationException UNKNOWN_BUCKET if the settings name an alias that is not configured */
    public void check(OutputSettings settings) {
        bucket(settings);
    }

    /** How this id has ended, if it has. */
    public Optional<Manifest> ended(GenerationId id) {
        return store.get(manifest(id)).map(json -> Manifest.read(json, id));
    }

    /** Stores one picture and describes it, with a presigned URL. */
    public OutputImage put(
            GenerationId id, int index, Drawing.Picture picture, EncodedPicture encoded, OutputSettings settings) {
        String prefix = Tenant.objectPrefix(id.tenant()) + (settings.keyPrefix() == null ? "" : settings.keyPrefix());
        ImageLocation location =
                new ImageLocation(bucket(settings), prefix + id + "/" + index + "." + encoded.extension());
        store.put(location, encoded.bytes(), encoded.contentType());
        return new OutputImage(
                index,
                store.presign(location, validity(settings)).toString(),
                location.bucket(),
                location.key(),
                encoded.contentType(),
                picture.image().width(),
                picture.image().height(),
                encoded.bytes().length,
                sha256(encoded.bytes()),
                picture.seed());
    }

    /**
     * The commit: from now on the generation has this end and no other. If it had one already, that one stays, unless it is a
     * failure that a replay supersedes.
     *
     * @return the end that counts
     * @throws GenerationException STORAGE_UNAVAILABLE if it is not certain which one counts; to be tried again
     */
    public Manifest commit(Manifest end) {
        GenerationId id = end.generation().id();
        Manifest manifest = new Manifest(withoutUrls(end.generation()), end.requestDigest(), end.replay());
        if (end.replay() > 0) {
            return commitReplay(manifest);
        }
        if (store.putIfAbsent(manifest(id), manifest.toJson(), JSON)) {
            return end;
        }
        return ended(id)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.STORAGE_UNAVAILABLE,
                        "The manifest of " + id + " is written by somebody else just now"));
    }

    /** The end that was replayed is in the way of a conditional write. */
    private Manifest commitReplay(Manifest manifest) {
        GenerationId id = manifest.generation().id();
        Optional<Manifest> known = ended(id).filter(end -> !end.isSupersededBy(manifest.replay()));
        if (known.isPresent()) {
            return known.get();
        }
        store.put(manifest(id), manifest.toJson(), JSON);
        return manifest;
    }

    private static Generation withoutUrls(Generation generation) {
        List<OutputImage> output =
                generation.output().stream().map(image -> image.withUrl(null)).toList();
        return generation.toBuilder().output(output).build();
    }

    /** The same generation with URLs that hold from now on. */
    public Generation withFreshUrls(Generation generation, OutputSettings settings) {
        List<OutputImage> output = generation.output().stream()
                .map(image ->
                        image.withUrl(store.presign(new ImageLocation(image.bucket(), image.key()), validity(settings))
                                .toString()))
                .toList();
        return generation.toBuilder().output(output).build();
    }

    private ImageLocation manifest(GenerationId id) {
        return new ImageLocation(buckets.get(DEFAULT_BUCKET), Tenant.objectPrefix(id.tenant()) + id + "/manifest.json");
    }

    private String bucket(OutputSettings settings) {
        String alias = settings.bucket() == null ? DEFAULT_BUCKET : settings.bucket();
        String bucket = buckets.get(alias);
        if (bucket == null) {
            String message = "no such bucket here; there are " + new TreeSet<>(buckets.keySet());
            throw new GenerationException(
                    ErrorCode.UNKNOWN_BUCKET,
                    "output.bucket: " + message,
                    List.of(new FieldError("output.bucket", message, '"' + alias + '"')));
        }
        return bucket;
    }

    private static Duration validity(OutputSettings settings) {
        return settings.presignSeconds() == null ? DEFAULT_VALIDITY : Duration.ofSeconds(settings.presignSeconds());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
