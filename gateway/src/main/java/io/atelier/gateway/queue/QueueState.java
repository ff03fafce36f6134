package io.atelier.gateway.queue;

import io.atelier.job.Priority;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How much there is to do. */
@Schema(description = "How much there is to do.")
public record QueueState(
        @Schema(description = "When this was found out; up to a second ago.")
        Instant observedAt,

        @Schema(description = "Generations that have not ended, running ones included.")
        long depth,

        @Schema(description = "Generations that a worker has begun with.")
        long running,

        @Schema(
                nullable = true,
                description = "Seconds until all of them are drawn, at the pace of the latest twenty of each priority;"
                        + " null when none was drawn yet.")
        Long etaSeconds,

        @Schema(description = "The same by priority, the most urgent first.")
        List<OfPriority> priorities) {

    /** What waits with one priority. */
    @Schema(description = "What waits with one priority.")
    public record OfPriority(
            @Schema(implementation = String.class, examples = "normal")
            Priority priority,

            long depth,
            long running) {}
}
