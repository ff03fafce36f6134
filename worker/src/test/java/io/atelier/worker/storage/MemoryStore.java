package io.atelier.worker.storage;

import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A store that forgets everything with the test. */
public final class MemoryStore implements ImageStore {
    private final Map<ImageLocation, byte[]> objects = new HashMap<>();

    public void put(String bucket, String key, byte[] content) {
        put(new ImageLocation(bucket, key), content, "application/octet-stream");
    }

    Set<ImageLocation> locations() {
        return objects.keySet();
    }

    @Override
    public void prepareBucket(String bucket, boolean create) {}

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        objects.put(location, content);
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        return objects.putIfAbsent(location, content) == null;
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        return Optional.ofNullable(objects.get(location));
    }

    @Override
    public Optional<byte[]> getFirst(ImageLocation location, int maxBytes) {
        return get(location).map(content -> Arrays.copyOf(content, Math.min(content.length, maxBytes)));
    }

    @Override
    public URI presign(ImageLocation location, Duration validity) {
        return URI.create("memory:/" + location);
    }

    @Override
    public void close() {}
}
