package io.atelier.gateway.workers;

import io.atelier.job.WorkerStatus;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A worker as callers see it: its heartbeat but for the ids of the jobs in hand, which may be other people's. */
@Schema(description = "A worker that gives signs of life.")
public record WorkerView(
        @Schema(examples = "worker-7f") String id,

        @Schema(description = "What requests call its model.", examples = "sdxl")
        String model,

        @Schema(description = "Of the weights.") String modelDigest,

        @Schema(description = "What computes, such as cpu, cuda or tensorrt.", examples = "cuda")
        String provider,

        @Schema(description = "Index of the GPU; 0 on a CPU.")
        int deviceId,

        @Schema(
                implementation = String.class,
                enumeration = {"starting", "ready", "busy", "draining", "sick"},
                description = "ready and busy take work; starting will; draining never again; sick when it has"
                        + " recovered.")
        WorkerStatus.State state,

        @Schema(nullable = true, description = "Why it takes no work, for people.")
        String reason,

        @Schema(description = "Usually one, and a second one while the first is stored.")
        int jobsInHand,

        WorkerStatus.Capabilities capabilities,
        Instant startedAt,

        @Schema(description = "When it was so, by the worker's clock.")
        Instant at,

        @Schema(nullable = true, description = "Of the program.")
        String version) {

    public static WorkerView of(WorkerStatus status) {
        return new WorkerView(
                status.id(),
                status.model(),
                status.modelDigest(),
                status.provider(),
                status.deviceId(),
                status.state(),
                status.reason(),
                status.jobs().size(),
                status.capabilities(),
                status.startedAt(),
                status.at(),
                status.version());
    }
}
