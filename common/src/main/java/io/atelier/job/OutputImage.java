package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One stored picture.
 *
 * @param url    a presigned URL; the gateway makes a fresh one with every answer
 * @param sha256 of the stored bytes, in hexadecimal
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutputImage(
        int index,
        String url,
        String bucket,
        String key,
        String contentType,
        int width,
        int height,
        long bytes,
        String sha256,
        long seed) {
    public OutputImage withUrl(String url) {
        return new OutputImage(index, url, bucket, key, contentType, width, height, bytes, sha256, seed);
    }
}
