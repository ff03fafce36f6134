package io.atelier.gateway;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Signs nothing, but says what it was asked for. */
@Singleton
public class FakeImageStore implements ImageStore {
    private final Map<ImageLocation, byte[]> objects = new ConcurrentHashMap<>();
    private volatile boolean away;

    /** From now on it answers nothing, or everything again. */
    public void away(boolean away) {
        this.away = away;
    }

    @Override
    public void prepareBucket(String bucket, boolean create) {
        refuseIfAway();
    }

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        objects.put(location, content);
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        refuseIfAway();
        return Optional.ofNullable(objects.get(location));
    }

    private void refuseIfAway() {
        if (away) {
            throw new GenerationException(ErrorCode.STORAGE_UNAVAILABLE, "Cannot read from the secret place");
        }
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
