package io.atelier.worker.draw;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.message.RequestLimits;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.StepListener;

/** Draws what requests ask for: the seam between the job protocol and the model. */
public interface Artist extends AutoCloseable {

    /** What requests call the model. */
    String modelName();

    /** {@code sha256:…} over the model's files. */
    String modelDigest();

    /** What may be asked of the model within limits, for heartbeats. */
    WorkerStatus.Capabilities capabilities(RequestLimits limits);

    /**
     * Fills in every default.
     *
     * @param id gives the seed if the request names none
     * @throws io.atelier.error.GenerationException UNSUPPORTED, REFINER_UNAVAILABLE or INVALID_REQUEST if this model cannot
     *                                              draw it
     */
    Commission accept(GenerationInput input, GenerationId id);

    /**
     * One short run on the calling thread, which must be the one that draws: so that the first job does not pay for what the
     * runtime puts off until then, and to see whether the device still works.
     *
     * @throws io.atelier.error.GenerationException if drawing fails
     */
    void warmUp();

    /**
     * Draws on the calling thread, which must always be the same one.
     *
     * @throws io.atelier.error.GenerationException            if drawing fails
     * @throws java.util.concurrent.CancellationException      if cancelled
     */
    Drawing draw(Commission commission, StepListener listener, Cancellation cancellation);

    /** Gives the device back; nothing may be drawn any more. */
    @Override
    void close();
}
