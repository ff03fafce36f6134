package io.atelier.worker;

import io.atelier.job.GenerationId;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.RequestLimits;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.observe.JobsInHand;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Puts together what a worker tells of itself. */
final class WorkerPresence {
    private final String id;
    private final WorkerConfig config;
    private final Artist artist;
    private final RequestLimits limits;
    private final WorkerState state;
    private final JobsInHand inHand;
    private final Clock clock;
    private final Instant startedAt;

    WorkerPresence(
            String id,
            WorkerConfig config,
            Artist artist,
            RequestLimits limits,
            WorkerState state,
            JobsInHand inHand,
            Clock clock) {
        this.id = id;
        this.config = config;
        this.artist = artist;
        this.limits = limits;
        this.state = state;
        this.inHand = inHand;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    WorkerStatus status() {
        List<GenerationId> jobs = inHand.ids();
        return new WorkerStatus(
                id,
                artist.modelName(),
                artist.modelDigest(),
                config.execution().provider().toLowerCase(Locale.ROOT),
                config.execution().deviceId(),
                state(!jobs.isEmpty()),
                state.reason().orElse(null),
                jobs,
                artist.capabilities(limits),
                startedAt,
                clock.instant(),
                config.worker().heartbeat().toMillis(),
                config.worker().version().orElse(null));
    }

    private State state(boolean busy) {
        switch (state.phase()) {
            case LOADING_MODEL:
            case CONNECTING:
                return State.STARTING;
            case STOPPING:
                return State.DRAINING;
            default:
                if (state.sickness().isPresent()) {
                    return State.SICK;
                }
                return busy ? State.BUSY : State.READY;
        }
    }
}
