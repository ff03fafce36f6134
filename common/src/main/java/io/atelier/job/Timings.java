package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;

/** Where the time of a generation went, in milliseconds; null where it is not known yet. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Timings(
        Long queueMs,
        Long loadMs,
        Long encodePromptMs,
        Long baseMs,
        Long refinerMs,
        Long vaeMs,
        Long encodeMs,
        Long uploadMs,
        Long totalMs) {}
