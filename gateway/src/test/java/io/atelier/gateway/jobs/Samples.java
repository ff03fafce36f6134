package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Progress;
import io.atelier.message.Json;
import java.time.Instant;
import java.util.List;

/** The states of a generation as workers tell them. */
public final class Samples {
    static final Instant CREATED = Instant.parse("2026-01-01T12:00:00Z");

    private Samples() {}

    public static Generation queued(String id) {
        return new Generation.Builder()
                .id(new GenerationId(id))
                .input(input())
                .createdAt(CREATED)
                .build();
    }

    public static Generation started(String id, int attempt) {
        return queued(id).toBuilder()
                .status(GenerationStatus.PROCESSING)
                .attempt(attempt)
                .worker("worker-" + attempt)
                .startedAt(CREATED.plusSeconds(attempt))
                .build();
    }

    public static Generation progressed(String id, int attempt, String stage, int step) {
        return started(id, attempt).toBuilder()
                .progress(new Progress(stage, step, 30))
                .build();
    }

    public static Generation succeeded(String id, int attempt) {
        OutputImage image = new OutputImage(
                0, "http://old/url", "generations", id + "/0.png", "image/png", 128, 128, 1000, "0".repeat(64), 42);
        return started(id, attempt).toBuilder()
                .status(GenerationStatus.SUCCEEDED)
                .output(List.of(image))
                .completedAt(CREATED.plusSeconds(60))
                .build();
    }

    public static Generation failed(String id, int attempt) {
        return started(id, attempt).toBuilder()
                .status(GenerationStatus.FAILED)
                .error(new GenerationError(ErrorCode.OUT_OF_MEMORY, "Out of memory", true, null))
                .completedAt(CREATED.plusSeconds(60))
                .build();
    }

    public static Generation canceled(String id, int attempt) {
        return ended(id, attempt, GenerationStatus.CANCELED);
    }

    public static Generation expired(String id, int attempt) {
        return ended(id, attempt, GenerationStatus.EXPIRED);
    }

    private static Generation ended(String id, int attempt, GenerationStatus status) {
        return queued(id).toBuilder()
                .status(status)
                .attempt(attempt)
                .completedAt(CREATED.plusSeconds(60))
                .build();
    }

    private static GenerationInput input() {
        try {
            return Json.mapper().readValue("{\"prompt\":\"a red circle\"}", GenerationInput.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
