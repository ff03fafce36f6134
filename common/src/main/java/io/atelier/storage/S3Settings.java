package io.atelier.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach an S3-compatible store.
 *
 * @param endpoint       for our own calls
 * @param publicEndpoint the host that presigned URLs carry (it is part of the signature); {@code endpoint} if empty
 * @param region         always needed: without it every first call would ask the store for it
 * @param timeout        of one call, connecting included
 */
public record S3Settings(
        URI endpoint,
        Optional<URI> publicEndpoint,
        String region,
        String accessKey,
        String secretKey,
        Duration timeout) {
    public S3Settings {
        if (endpoint.getScheme() == null || endpoint.getHost() == null) {
            throw new IllegalArgumentException("S3 endpoint must be a URL such as http://host:9000: " + endpoint);
        }
    }

    @Override
    public String toString() {
        return "S3 at " + endpoint + ", region " + region;
    }
}
