package io.atelier.gateway.workers;

import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The workers that give signs of life. One that misses three heartbeats is gone, and so is one that says so. Thread safe. */
public final class LiveWorkers {
    private static final int MISSED = 3;
    /** A worker that has only just gone silent may come back and is looked up again; what is older is forgotten. */
    private static final Duration FORGOTTEN = Duration.ofHours(1);

    private static final Set<State> TAKING_WORK = EnumSet.of(State.READY, State.BUSY);
    private static final Set<State> CAN_DRAW = EnumSet.of(State.STARTING, State.READY, State.BUSY);

    private final Clock clock;
    private final Map<String, Seen> workers = new ConcurrentHashMap<>();
    private volatile boolean known;

    public LiveWorkers(Clock clock) {
        this.clock = clock;
    }

    /** @param lastHeard by this gateway's clock */
    private record Seen(WorkerStatus status, Instant lastHeard) {
        private Seen later(Seen other) {
            return other.lastHeard.isBefore(lastHeard) ? this : other;
        }
    }

    /** A heartbeat has just come. */
    public void heard(WorkerStatus status) {
        put(status, clock.instant());
    }

    /** A heartbeat was found that came some time ago: only the worker's own clock tells when. */
    public void found(WorkerStatus status) {
        Instant now = clock.instant();
        put(status, status.at().isAfter(now) ? now : status.at());
    }

    private void put(WorkerStatus status, Instant lastHeard) {
        workers.merge(status.id(), new Seen(status, lastHeard), Seen::later);
    }

    public void left(String worker) {
        workers.remove(worker);
    }

    /** Every heartbeat that was there when this gateway began to listen has been found. */
    public void allFound() {
        known = true;
    }

    /** Whether a worker that is missing here would be known if it lived. */
    public boolean known() {
        return known;
    }

    /** By their ids. */
    public List<WorkerStatus> list() {
        Instant now = clock.instant();
        workers.values().removeIf(seen -> seen.lastHeard.plus(FORGOTTEN).isBefore(now));
        return workers.values().stream()
                .filter(seen -> isLive(seen, now))
                .map(Seen::status)
                .sorted(Comparator.comparing(WorkerStatus::id))
                .toList();
    }

    private static boolean isLive(Seen seen, Instant now) {
        return !seen.lastHeard.plusMillis(MISSED * seen.status.intervalMs()).isBefore(now);
    }

    public static boolean takesWork(WorkerStatus worker) {
        return TAKING_WORK.contains(worker.state());
    }

    /** How many take work. */
    public int takingWork() {
        return (int) list().stream().filter(LiveWorkers::takesWork).count();
    }

    /**
     * Why no live worker can draw it, in words; empty if one can. One that is sick or about to end does not count, one that
     * is starting does.
     *
     * @param model null for any
     */
    public Optional<String> obstacle(String model, GenerationInput input) {
        List<WorkerStatus> able = new ArrayList<>(list());
        able.removeIf(worker -> !CAN_DRAW.contains(worker.state()));
        if (able.isEmpty()) {
            return Optional.of("there is none that takes work");
        }
        Set<String> obstacles = new LinkedHashSet<>();
        for (WorkerStatus worker : able) {
            Optional<String> obstacle = Suitability.obstacle(worker, model, input);
            if (obstacle.isEmpty()) {
                return Optional.empty();
            }
            obstacles.add(obstacle.get());
        }
        return Optional.of(String.join("; ", obstacles));
    }
}
