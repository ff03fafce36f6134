package io.atelier.bench.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.bench.simulation.SimulatedArtist;
import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Timings;
import io.atelier.message.Json;
import java.time.Instant;
import java.util.List;

/** Jobs of ordinary size, told apart by a number. */
final class JobSamples {
    static final String ORDER = "order";

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final int SIDE = 1024;

    private JobSamples() {}

    /** What a caller sends. @param order the metadata by which the job can be looked for */
    static String body(String order, long number) {
        return "{\"model\":\"" + SimulatedArtist.MODEL
                + "\",\"input\":{\"prompt\":\"a lighthouse on a cliff at dusk, number "
                + number + ", oil on canvas\",\"negative_prompt\":\"blurry, text\",\"width\":" + SIDE + ",\"height\":"
                + SIDE
                + ",\"num_inference_steps\":30,\"guidance_scale\":5.0,\"seed\":" + number + "},\"metadata\":{\"" + ORDER
                + "\":\"" + order + "\"}}";
    }

    static GenerationRequest request(String id, long number) {
        try {
            return Json.mapper()
                    .readValue(body(id, number), GenerationRequest.class)
                    .withId(new GenerationId(id));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static Generation started(Generation queued) {
        return queued.toBuilder()
                .status(GenerationStatus.PROCESSING)
                .attempt(1)
                .worker("worker-1")
                .startedAt(queued.createdAt().plusMillis(100))
                .build();
    }

    /** As a worker tells of the end. */
    static Generation ended(Generation queued, GenerationStatus status) {
        Instant end = queued.createdAt().plusMillis(6000);
        Generation.Builder ended = started(queued).toBuilder()
                .status(status)
                .modelDigest(DIGEST)
                .timings(new Timings(100L, 0L, 9L, 4100L, 1010L, 240L, 35L, 18L, 5532L))
                .completedAt(end);
        if (status == GenerationStatus.SUCCEEDED) {
            String key = queued.id() + "/0.png";
            ended.output(List.of(new OutputImage(
                    0,
                    null,
                    "generations",
                    key,
                    "image/png",
                    SIDE,
                    SIDE,
                    1_480_233,
                    DIGEST.substring("sha256:".length()),
                    queued.input().seed())));
        } else if (status == GenerationStatus.FAILED) {
            ended.error(new GenerationError(ErrorCode.OUT_OF_MEMORY, "Not enough memory", false, List.of()));
        }
        return ended.build();
    }
}
