package io.atelier.gateway;

import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Signs nothing, but says what it was asked for. */
@Singleton
public class FakeImageStore implements ImageStore {
    @Override
    public void prepareBucket(String bucket, boolean create) {}

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        return Optional.empty();
    }

    @Override
    public Optional<byte[]> getFirst(ImageLocation location, int maxBytes) {
        return get(location).map(content -> Arrays.copyOf(content, Math.min(content.length, maxBytes)));
    }

    @Override
    public URI presign(ImageLocation location, Duration validity) {
        return URI.create("https://pictures.example/" + location + "?expires=" + validity.toSeconds());
    }

    @Override
    public void close() {}
}
