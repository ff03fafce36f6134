package io.atelier.storage;

/** One object of a store. */
public record ImageLocation(String bucket, String key) {
    public ImageLocation {
        if (bucket.isEmpty() || key.isEmpty() || key.startsWith("/")) {
            throw new IllegalArgumentException("Not the place of an object: " + bucket + "/" + key);
        }
    }

    @Override
    public String toString() {
        return bucket + "/" + key;
    }
}
