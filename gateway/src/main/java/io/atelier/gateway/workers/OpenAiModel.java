package io.atelier.gateway.workers;

import io.atelier.job.WorkerStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A model as clients of OpenAI's API list them.
 *
 * @param object  always {@code model}
 * @param created seconds since 1970: when the first of its live workers started
 * @see "openai/openai-node resources/models.ts"
 */
@Schema(description = "A model as clients of OpenAI's API list them.")
public record OpenAiModel(
        @Schema(examples = "sdxl") String id,
        @Schema(examples = "model") String object,

        @Schema(description = "Seconds since 1970: when the first of its live workers started.")
        long created,

        @Schema(examples = "atelier") String ownedBy) {
    private static final String MODEL = "model";
    private static final String OWNER = "atelier";

    /** Those that the workers serve, by name. */
    public static List<OpenAiModel> of(List<WorkerStatus> workers) {
        Map<String, List<WorkerStatus>> byModel = workers.stream()
                .collect(Collectors.groupingBy(WorkerStatus::model, TreeMap::new, Collectors.toUnmodifiableList()));
        return byModel.entrySet().stream()
                .map(model -> new OpenAiModel(model.getKey(), MODEL, firstStart(model.getValue()), OWNER))
                .toList();
    }

    private static long firstStart(List<WorkerStatus> workers) {
        return workers.stream()
                .map(WorkerStatus::startedAt)
                .min(Comparator.naturalOrder())
                .orElseThrow()
                .getEpochSecond();
    }
}
