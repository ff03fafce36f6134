package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How and where the pictures are to be stored; a null component takes the worker's default.
 *
 * @param format         {@code png}, {@code jpeg} or {@code webp}
 * @param quality        1 to 100, for jpeg and webp
 * @param bucket         an alias from the worker's configuration, never a bucket's real name or address
 * @param keyPrefix      put before {@code {id}/{index}.{ext}}
 * @param metadata       whether the parameters are written into the picture's file
 * @param presignSeconds how long the URLs in the terminal event hold
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutputSettings(
        String format, Integer quality, String bucket, String keyPrefix, Boolean metadata, Integer presignSeconds) {
    public static final OutputSettings DEFAULT = new OutputSettings(null, null, null, null, null, null);
}
