package io.atelier.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where pictures and manifests lie. Writing the same object again replaces it, so a repeated job does no harm.
 *
 * <p>Every method throws {@link io.atelier.error.GenerationException} with STORAGE_UNAVAILABLE if the store cannot be
 * reached or refuses; the message names the store, the object and the store's own reason.
 */
public interface ImageStore extends AutoCloseable {

    /** Makes sure that the bucket is there. @param create whether to make a missing one */
    void prepareBucket(String bucket, boolean create);

    void put(ImageLocation location, byte[] content, String contentType);

    /**
     * Stores an object unless there is one already, in one step: of two callers at once, one is told that it came too late.
     * A store without conditional writes (S3's {@code If-None-Match}) replaces the object and tells both that they stored it.
     *
     * @return false if there was one, which stays as it is
     */
    boolean putIfAbsent(ImageLocation location, byte[] content, String contentType);

    /** The whole content; empty if there is no such object. */
    Optional<byte[]> get(ImageLocation location);

    /** The first bytes of the content, at most so many; empty if there is no such object. */
    Optional<byte[]> getFirst(ImageLocation location, int maxBytes);

    /** A URL that anybody can read the object with until {@code validity} is over; made without asking the store. */
    URI presign(ImageLocation location, Duration validity);

    @Override
    void close();
}
