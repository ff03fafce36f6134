package io.atelier.gateway.api;

import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationUrls;
import io.atelier.job.OutputImage;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the generation that callers see: with fresh URLs for itself and its pictures. */
public final class Presenter {
    private static final System.Logger LOG = System.getLogger(Presenter.class.getName());

    private final ImageStore store;
    private final String defaultBucket;
    private final Duration validity;
    private final boolean isPrivate;
    private final Optional<URI> publicUrl;

    /**
     * @param isPrivate whether readers cannot reach the store, so that pictures come through the gateway
     * @param publicUrl what the URLs begin with; empty to take it from each call
     */
    public Presenter(
            ImageStore store, String defaultBucket, Duration validity, boolean isPrivate, Optional<URI> publicUrl) {
        this.store = store;
        this.defaultBucket = defaultBucket;
        this.validity = validity;
        this.isPrivate = isPrivate;
        this.publicUrl = publicUrl;
    }

    /** @param called the base of the URL under which the caller found us */
    public Generation present(Generation generation, URI called) {
        String self = address(generation, called).toString();
        List<OutputImage> output = generation.output().stream()
                .map(image -> isPrivate ? image.withUrl(self + "/images/" + image.index()) : withFreshUrl(image))
                .collect(Collectors.toUnmodifiableList());
        return generation.toBuilder()
                .output(output)
                .urls(new GenerationUrls(self, self + "/cancel", self + "/events"))
                .build();
    }

    public URI address(Generation generation, URI called) {
        return URI.create(base(called) + "v1/generations/" + generation.id());
    }

    /** What the URLs of this gateway begin with, ending in a slash. */
    public URI base(URI called) {
        String base = publicUrl.orElse(called).toString();
        return URI.create(base.endsWith("/") ? base : base + "/");
    }

    /** Where the picture can be read for a while; empty if it can be read from the gateway only. */
    public Optional<URI> link(OutputImage image) {
        return isPrivate ? Optional.empty() : Optional.of(presign(image));
    }

    /** The bytes of the picture; empty if they are not in the store any more. */
    public Optional<byte[]> content(OutputImage image) {
        return store.get(location(image));
    }

    private URI presign(OutputImage image) {
        return store.presign(location(image), validity);
    }

    private ImageLocation location(OutputImage image) {
        return new ImageLocation(image.bucket() == null ? defaultBucket : image.bucket(), image.key());
    }

    /** A picture without a URL is better than no answer. */
    private OutputImage withFreshUrl(OutputImage image) {
        try {
            return image.withUrl(presign(image).toString());
        } catch (GenerationException | IllegalArgumentException | NullPointerException e) {
            LOG.log(Level.WARNING, "No URL for " + image.bucket() + "/" + image.key() + ": " + e.getMessage());
            return image.withUrl(null);
        }
    }
}
