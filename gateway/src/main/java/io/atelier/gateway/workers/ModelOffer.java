package io.atelier.gateway.workers;

import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.Capabilities;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What can be asked for under the name of a model. */
@Schema(
        description =
                "What can be asked for under the name of a model. Every limit and every feature is that of at least one"
                        + " live worker; workers may differ.")
public record ModelOffer(
        @Schema(description = "What requests call it.", examples = "sdxl")
        String name,

        @Schema(description = "Of the weights, one for each kind that is served under the name.")
        List<String> digests,

        @Schema(description = "Live workers that serve it.") int workers,

        @Schema(description = "Of them, those that take work now.")
        int workersTakingWork,

        @Schema(description = "What is drawn when a request names no size.")
        Size nativeSize,

        @Schema(description = "Pixels of width and of height, multiples of 8.", examples = "2048")
        int maxSide,

        @Schema(description = "Pixels of one picture.", examples = "2097152")
        long maxPixels,

        int maxSteps,
        int maxImages,

        @Schema(description = "What input.scheduler may be.")
        List<String> schedulers,

        @Schema(description = "Whether pictures can be drawn from a prompt alone.")
        boolean textToImage,

        @Schema(description = "Whether input.image is understood.")
        boolean imageToImage,

        @Schema(description = "Whether input.mask_image is understood.")
        boolean inpainting,

        @Schema(description = "Whether input.refiner may have another mode than none.")
        boolean refiner,

        @Schema(
                nullable = true,
                description = "What is drawn where a request leaves it open, by the worker that started last.")
        WorkerStatus.Defaults defaults) {

    /** Pixels. */
    @Schema(description = "Pixels.")
    public record Size(int width, int height) {}

    /** The offers of all these workers, by name. */
    public static List<ModelOffer> of(List<WorkerStatus> workers) {
        Map<String, List<WorkerStatus>> byModel = workers.stream()
                .collect(Collectors.groupingBy(WorkerStatus::model, TreeMap::new, Collectors.toUnmodifiableList()));
        Map<String, ModelOffer> offers = new LinkedHashMap<>();
        byModel.forEach((name, those) -> offers.put(name, of(name, those)));
        return List.copyOf(offers.values());
    }

    private static ModelOffer of(String name, List<WorkerStatus> workers) {
        List<WorkerStatus> newestFirst = workers.stream()
                .sorted(Comparator.comparing(WorkerStatus::startedAt).reversed())
                .toList();
        List<Capabilities> can =
                newestFirst.stream().map(WorkerStatus::capabilities).toList();
        Set<String> digests = new LinkedHashSet<>();
        newestFirst.stream()
                .map(WorkerStatus::modelDigest)
                .filter(Objects::nonNull)
                .forEach(digests::add);
        Set<String> schedulers = new LinkedHashSet<>();
        can.forEach(capabilities -> schedulers.addAll(capabilities.schedulers()));
        return new ModelOffer(
                name,
                List.copyOf(digests),
                workers.size(),
                (int) workers.stream().filter(LiveWorkers::takesWork).count(),
                new Size(can.get(0).nativeWidth(), can.get(0).nativeHeight()),
                can.stream().mapToInt(Capabilities::maxSide).max().orElseThrow(),
                can.stream().mapToLong(Capabilities::maxPixels).max().orElseThrow(),
                can.stream().mapToInt(Capabilities::maxSteps).max().orElseThrow(),
                can.stream().mapToInt(Capabilities::maxImages).max().orElseThrow(),
                List.copyOf(schedulers),
                any(can, capabilities -> !capabilities.onlyInpaints()),
                any(can, capabilities -> capabilities.startImages() && !capabilities.onlyInpaints()),
                any(can, Capabilities::startImages),
                any(can, Capabilities::refiner),
                can.stream()
                        .map(Capabilities::defaults)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }

    private static boolean any(List<Capabilities> can, Predicate<Capabilities> feature) {
        return can.stream().anyMatch(feature);
    }
}
