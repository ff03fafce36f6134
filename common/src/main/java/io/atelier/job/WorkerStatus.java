package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What a worker is and what it does: its heartbeat.
 *
 * @param provider     what computes: {@code cpu}, {@code cuda} or {@code tensorrt}
 * @param deviceId     index of the GPU; 0 on a CPU
 * @param reason       why it takes no work, for people; null while it does
 * @param jobs         in hand, the one taken first at the beginning: usually one, and a second one while the first is stored
 * @param at           when this was so
 * @param intervalMs   when the next heartbeat comes at the latest; a worker that misses three of them is gone
 * @param version      of the program; null in a build without one
 */
public record WorkerStatus(
        String id,
        String model,
        String modelDigest,
        String provider,
        int deviceId,
        State state,
        String reason,
        List<GenerationId> jobs,
        Capabilities capabilities,
        Instant startedAt,
        Instant at,
        long intervalMs,
        String version) {

    public WorkerStatus {
        Objects.requireNonNull(id, "A worker has an id");
        jobs = jobs == null ? List.of() : List.copyOf(jobs);
    }

    /** Whether a worker takes work. */
    public enum State {
        /** Not yet. */
        STARTING,
        /** Yes, at once. */
        READY,
        /** Yes, when the job in hand is drawn. */
        BUSY,
        /** Never again: it ends when the jobs in hand have ended. */
        DRAINING,
        /** Not until it has recovered. */
        SICK;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What may be asked of a worker.
     *
     * @param nativeWidth what is drawn when a request names no size
     * @param maxSide     pixels of width and of height
     * @param maxPixels   of one picture
     * @param schedulers  names that requests may give
     * @param refiner     whether there is one
     * @param startImages whether it can begin with a picture
     * @param onlyInpaints whether it needs a picture and a mask
     * @param defaults    what is drawn where a request leaves it open; null if the worker does not tell
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Capabilities(
            int nativeWidth,
            int nativeHeight,
            int maxSide,
            long maxPixels,
            int maxSteps,
            int maxImages,
            List<String> schedulers,
            boolean refiner,
            boolean startImages,
            boolean onlyInpaints,
            Defaults defaults) {
        public Capabilities {
            schedulers = schedulers == null ? List.of() : List.copyOf(schedulers);
        }

        /** Of a worker that does not tell its defaults. */
        public Capabilities(
                int nativeWidth,
                int nativeHeight,
                int maxSide,
                long maxPixels,
                int maxSteps,
                int maxImages,
                List<String> schedulers,
                boolean refiner,
                boolean startImages,
                boolean onlyInpaints) {
            this(
                    nativeWidth,
                    nativeHeight,
                    maxSide,
                    maxPixels,
                    maxSteps,
                    maxImages,
                    schedulers,
                    refiner,
                    startImages,
                    onlyInpaints,
                    null);
        }
    }

    /** What is drawn where a request leaves it open, in the words of a request. */
    public record Defaults(
            int numInferenceSteps,
            double guidanceScale,
            String scheduler,
            String sigmaSchedule,
            String timestepSpacing,
            GenerationInput.Refiner refiner) {}
}
