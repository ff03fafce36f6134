package io.atelier.gateway.queue;

import io.atelier.error.GenerationException;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.kafka.KafkaClients;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Priority;
import io.atelier.message.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Knows the queue: how deep it is from the brokers, how fast it goes from the job store. Looks at most once a second,
 * however many ask. Thread safe; its calls block.
 */
public final class QueueWatch {
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final int RECENT = 20;
    /** Whoever waits behind more than these is told no position: counting on would cost more than it says. */
    private static final int FARTHEST = 1000;
    /** Behind so many, the count of a second ago is as good as one that is made anew for each that comes. */
    private static final int MANY = 100;

    private final KafkaClients kafka;
    private final Topics topics;
    private final JobQueries jobs;
    private final LiveWorkers workers;
    private final Clock clock;
    private final ReentrantLock looking = new ReentrantLock();
    private QueueState state;
    private GenerationException failure;
    private Instant failedAt;
    private volatile Pace pace;

    public QueueWatch(KafkaClients kafka, Topics topics, JobQueries jobs, LiveWorkers workers, Clock clock) {
        this.kafka = kafka;
        this.topics = topics;
        this.jobs = jobs;
        this.workers = workers;
        this.clock = clock;
    }

    /** @throws GenerationException BROKER_UNAVAILABLE or STORE_UNAVAILABLE */
    public synchronized QueueState state() {
        Instant now = clock.instant();
        if (failure != null && !isOld(failedAt, now)) {
            throw failure;
        }
        if (state == null || isOld(state.observedAt(), now)) {
            try {
                state = look(now);
                failure = null;
            } catch (GenerationException e) {
                // Brokers that are away take seconds to say so: who waited meanwhile must not wait for it once more.
                failure = e;
                failedAt = clock.instant();
                throw e;
            }
        }
        return state;
    }

    /** What waits or is drawn with a priority, for a gauge: not a number while it cannot be known. */
    public double depth(Priority priority) {
        try {
            return state().priorities().stream()
                    .filter(of -> of.priority() == priority)
                    .mapToLong(QueueState.OfPriority::depth)
                    .sum();
        } catch (GenerationException e) {
            return Double.NaN;
        }
    }

    private QueueState look(Instant now) {
        Map<String, Long> backlog = kafka.backlog();
        Pace current = pace(now);
        // Before the workers' first look at a topic only the store knows what waits there.
        boolean known = topics.requests().stream().allMatch(backlog::containsKey);
        Map<Priority, Integer> queued = known ? Map.of() : jobs.count(GenerationStatus.QUEUED);
        List<QueueState.OfPriority> priorities = new ArrayList<>();
        long depth = 0;
        for (Priority priority : Priority.values()) {
            long running = current.running.getOrDefault(priority, 0);
            long open = backlog.getOrDefault(topics.requests(priority), running + queued.getOrDefault(priority, 0));
            priorities.add(new QueueState.OfPriority(priority, open, Math.min(running, open)));
            depth += open;
        }
        long running =
                priorities.stream().mapToLong(QueueState.OfPriority::running).sum();
        return new QueueState(now, depth, running, current.eta(depth), List.copyOf(priorities));
    }

    /** Empty for a generation that does not wait, or waits behind more than can be counted at once. */
    public Optional<Place> place(Generation generation) {
        if (generation.status() != GenerationStatus.QUEUED) {
            return Optional.empty();
        }
        Pace current = pace(clock.instant());
        long urgent = Stream.of(Priority.values())
                .filter(priority -> priority.compareTo(generation.priority()) < 0)
                .mapToLong(priority -> current.queued.getOrDefault(priority, 0))
                .sum();
        if (urgent >= FARTHEST) {
            return Optional.empty();
        }
        long ahead = urgent
                + current.manyBefore(generation)
                        .orElseGet(() -> jobs.queuedBefore(generation.priority(), generation.createdAt(), FARTHEST));
        return ahead >= FARTHEST ? Optional.empty() : Optional.of(new Place(ahead + 1, current.eta(ahead + 1)));
    }

    /** While one looks, all others go by what was seen a second before: nobody's call waits for it. */
    private Pace pace(Instant now) {
        Pace seen = pace;
        if (seen == null) {
            looking.lock();
        } else if (!isOld(seen.observedAt, now) || !looking.tryLock()) {
            return seen;
        }
        try {
            if (pace == null || isOld(pace.observedAt, now)) {
                pace = new Pace(
                        now,
                        jobs.count(GenerationStatus.QUEUED, FARTHEST),
                        jobs.count(GenerationStatus.PROCESSING),
                        workers.takingWork(),
                        secondsOfOne());
            }
            return pace;
        } finally {
            looking.unlock();
        }
    }

    private static boolean isOld(Instant observedAt, Instant now) {
        return observedAt.plus(FRESH).isBefore(now);
    }

    private OptionalDouble secondsOfOne() {
        return Stream.of(Priority.values())
                .flatMap(priority -> jobs.latest(GenerationStatus.SUCCEEDED, priority, RECENT).stream())
                .filter(drawn -> drawn.startedAt() != null && drawn.completedAt() != null)
                .mapToDouble(drawn ->
                        Duration.between(drawn.startedAt(), drawn.completedAt()).toMillis() / 1000.0)
                .average();
    }

    /** How fast the queue gets shorter: each worker draws one at a time, as long as the latest ones took. */
    private static final class Pace {
        private final Instant observedAt;
        /** Counted up to {@link #FARTHEST}. */
        private final Map<Priority, Integer> queued;

        private final Map<Priority, Integer> running;
        private final int workers;
        private final OptionalDouble secondsOfOne;

        Pace(
                Instant observedAt,
                Map<Priority, Integer> queued,
                Map<Priority, Integer> running,
                int workers,
                OptionalDouble secondsOfOne) {
            this.observedAt = observedAt;
            this.queued = queued;
            this.running = running;
            this.workers = workers;
            this.secondsOfOne = secondsOfOne;
        }

        /**
         * How many waited with its priority before it was made, give or take those of a second; empty if these are few, or it
         * is not so new.
         */
        OptionalInt manyBefore(Generation generation) {
            int seen = queued.getOrDefault(generation.priority(), 0);
            if (seen < MANY || generation.createdAt().isBefore(observedAt.minus(FRESH))) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(generation.createdAt().isAfter(observedAt) ? seen : seen - 1);
        }

        Long eta(long generations) {
            if (secondsOfOne.isEmpty()) {
                return null;
            }
            // Of workers that give no heartbeat only what they draw is known.
            int atOnce = workers > 0
                    ? workers
                    : Math.max(
                            1,
                            running.values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum());
            return (long) Math.ceil(Math.max(0, secondsOfOne.getAsDouble()) * generations / atOnce);
        }
    }
}
