package io.atelier.gateway.doors;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.atelier.gateway.api.Placed;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A generation as clients of Replicate know it.
 *
 * @param input   a JSON object, in the names of cog-sdxl
 * @param output  URLs of the pictures; null until there are any
 * @param error   null, or what went wrong in one sentence
 * @param logs    seed and progress, as cog-sdxl prints them: official clients read the progress from there
 * @param queue   which Replicate does not have; null unless it waits
 * @param version the digest of the model's files once it is known
 * @see "replicate/replicate-javascript index.d.ts, Prediction"
 */
@Schema(description = "A generation as clients of Replicate know it.")
public record Prediction(
        String id,
        String model,
        String version,
        Object input,
        List<String> output,
        String error,
        String logs,

        @Schema(enumeration = {"starting", "processing", "succeeded", "failed", "canceled", "aborted"})
        String status,

        @JsonInclude(JsonInclude.Include.NON_NULL) Placed.Waiting queue,
        String source,
        @JsonProperty("data_removed") boolean dataRemoved,
        @JsonInclude(JsonInclude.Include.NON_NULL) Metrics metrics,
        @JsonInclude(JsonInclude.Include.NON_NULL) String webhook,

        @JsonProperty("webhook_events_filter") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> webhookEventsFilter,

        @JsonProperty("created_at") @Schema(implementation = String.class, format = "date-time")
        Instant createdAt,

        @JsonProperty("started_at") @Schema(implementation = String.class, format = "date-time")
        Instant startedAt,

        @JsonProperty("completed_at") @Schema(implementation = String.class, format = "date-time")
        Instant completedAt,

        @JsonInclude(JsonInclude.Include.NON_NULL) Instant deadline,
        Urls urls) {
    private static final String OWNER = "atelier/";
    private static final String USUAL_MODEL = "sdxl";
    private static final String UNKNOWN_VERSION = "hidden";
    private static final String DIGEST = "sha256:";
    private static final int BAR = 10;

    /** Seconds. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Metrics(
            @JsonProperty("predict_time") Double predictTime,
            @JsonProperty("total_time") Double totalTime) {}

    /** Where the prediction itself can be called. */
    public record Urls(String get, String cancel) {}

    /** @param generation as our own API shows it, with URLs for itself and its pictures */
    public static Prediction of(Generation generation) {
        return of(new Placed(generation, Optional.empty()));
    }

    static Prediction of(Placed placed) {
        Generation generation = placed.generation();
        String self = generation.urls().get().replace("/v1/generations/", "/v1/predictions/");
        return new Prediction(
                generation.id().value(),
                OWNER + (generation.model() == null ? USUAL_MODEL : generation.model()),
                generation.modelDigest() == null
                        ? UNKNOWN_VERSION
                        : generation.modelDigest().substring(DIGEST.length()),
                generation.input() == null ? null : CogInput.ofOurs(generation.input()),
                output(generation),
                generation.error() == null ? null : generation.error().message(),
                logs(generation),
                status(generation.status()),
                placed.queue().orElse(null),
                "api",
                false,
                metrics(generation),
                generation.webhook(),
                WebhookEventNames.theirs(generation.webhookEventsFilter()),
                generation.createdAt(),
                generation.startedAt(),
                generation.completedAt(),
                generation.deadline(),
                new Urls(self, self + "/cancel"));
    }

    private static List<String> output(Generation generation) {
        return generation.output().isEmpty()
                ? null
                : generation.output().stream().map(OutputImage::url).collect(Collectors.toList());
    }

    private static String status(GenerationStatus status) {
        switch (status) {
            case QUEUED:
                return "starting";
            case EXPIRED:
                return "aborted";
            default:
                return status.wireName();
        }
    }

    private static String logs(Generation generation) {
        StringBuilder logs = new StringBuilder();
        if (generation.input() != null && generation.input().seed() != null) {
            logs.append("Using seed: ").append(generation.input().seed()).append('\n');
        }
        Progress progress = generation.progress();
        if (progress != null && progress.steps() > 0) {
            int done = BAR * progress.step() / progress.steps();
            logs.append(100 * progress.step() / progress.steps())
                    .append("%|")
                    .append("█".repeat(done))
                    .append(" ".repeat(BAR - done))
                    .append("| ")
                    .append(progress.step())
                    .append('/')
                    .append(progress.steps())
                    .append('\n');
        }
        generation
                .warnings()
                .forEach(warning -> logs.append("Warning: ").append(warning).append('\n'));
        return logs.toString();
    }

    private static Metrics metrics(Generation generation) {
        Instant end = generation.completedAt();
        if (end == null) {
            return null;
        }
        return new Metrics(
                Optional.ofNullable(generation.startedAt())
                        .map(start -> seconds(start, end))
                        .orElse(null),
                seconds(generation.createdAt(), end));
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }
}
