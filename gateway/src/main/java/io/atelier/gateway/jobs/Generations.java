package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.jobs.GenerationUpdates.Subscription;
import io.atelier.gateway.jobs.SubmissionClaims.Claim;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.message.RequestDigest;
import io.atelier.message.TraceParent;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What can be done with generations. Thread safe. */
public final class Generations {
    private static final System.Logger LOG = System.getLogger(Generations.class.getName());
    /**
     * For five seconds who comes with a request that is being sent waits for it to be stored. Longer it is only when its gateway
     * has died, or the store was away; then it is sent again, which is the same generation for the workers.
     */
    private static final int LOOKS = 100;

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Jobs jobs;
    private final RequestLog log;
    private final SubmissionClaims claims;
    private final GenerationUpdates updates;
    private final Clock clock;
    private final Executor executor;
    private final UnfinishedJobs unfinished;
    private final NewJobs newJobs;
    private final Set<CompletableFuture<Generation>> awaited = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /** @param executor for what blocks */
    public Generations(
            Jobs jobs,
            SubmissionClaims claims,
            RequestLog log,
            GenerationUpdates updates,
            Clock clock,
            Executor executor) {
        this(jobs, claims, log, updates, clock, executor, UnfinishedJobs.UNLIMITED);
    }

    public Generations(
            Jobs jobs,
            SubmissionClaims claims,
            RequestLog log,
            GenerationUpdates updates,
            Clock clock,
            Executor executor,
            UnfinishedJobs unfinished) {
        this.unfinished = unfinished;
        this.jobs = jobs;
        this.claims = claims;
        this.log = log;
        this.updates = updates;
        this.clock = clock;
        this.executor = executor;
        this.newJobs = new NewJobs(jobs, executor);
    }

    /**
     * Hands a request to the workers: first Kafka takes it, then the store. What Kafka refuses leaves no trace; what it took
     * is accepted, also if the store goes away at that moment.
     *
     * @param request with its id, which says whose it is; if that is known already, or another request is being sent under it
     *                at this moment, nothing is sent
     * @param trace   that the request goes on with
     * @throws TooManyException if its tenant has too many unfinished ones
     */
    public CompletableFuture<Submission> submit(GenerationRequest request, TraceParent trace) {
        return submit(request, trace, LOOKS);
    }

    /** @param looks how often the store is still looked into for the same request, which somebody else is sending */
    private CompletableFuture<Submission> submit(GenerationRequest request, TraceParent trace, int looks) {
        String hash = RequestDigest.of(request);
        GenerationId id = request.id();
        StoredJob stored = jobs.find(List.of(id)).get(id);
        if (stored != null) {
            return CompletableFuture.completedFuture(known(stored, hash));
        }
        Optional<Generation> heard = updates.latest(id);
        Claim claim = claims.claim(id, hash, clock.instant());
        if (claim == Claim.OF_ANOTHER) {
            Generation other = heard.orElseGet(() -> Generation.queued(request, clock.instant()));
            return CompletableFuture.completedFuture(new Submission(other, Outcome.OTHER_REQUEST));
        }
        if (heard.isPresent()) {
            return CompletableFuture.completedFuture(new Submission(heard.get(), Outcome.KNOWN));
        }
        return claim == Claim.TAKEN || looks == 0
                ? send(request, hash, trace)
                : CompletableFuture.supplyAsync(
                                () -> submit(request, trace, looks - 1),
                                CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS, executor))
                        .thenCompose(Function.identity());
    }

    private CompletableFuture<Submission> send(GenerationRequest request, String hash, TraceParent trace) {
        GenerationId id = request.id();
        try {
            return accept(request, hash, trace)
                    .whenCompleteAsync(
                            (submission, failure) -> {
                                if (failure != null) {
                                    claims.giveUp(id, hash);
                                }
                            },
                            executor);
        } catch (TooManyException e) {
            claims.giveUp(id, hash);
            throw e;
        }
    }

    /** The same for a request whose id was made just now, so that nobody can know it. */
    public CompletableFuture<Submission> submitNew(GenerationRequest request, TraceParent trace) {
        return accept(request, RequestDigest.of(request), trace);
    }

    private CompletableFuture<Submission> accept(GenerationRequest request, String hash, TraceParent trace) {
        // Milliseconds, so that the time is the same after its way through Kafka and any database.
        var createdAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Generation queued = Generation.queued(request, createdAt);
        UnfinishedJobs.Place place = unfinished.take(request.id().tenant());
        return log.append(request, createdAt, trace)
                .thenCompose(done ->
                        newJobs.putIfAbsent(queued, hash).exceptionally(failure -> unstored(queued, hash, failure)))
                .whenComplete((job, failure) -> place.giveBack())
                .thenApplyAsync(
                        job -> job.isOfAnother(hash)
                                ? known(job, hash)
                                : new Submission(job.generation(), Outcome.ACCEPTED),
                        executor);
    }

    /**
     * Kafka has the request, so it will be drawn, and the projection stores it when the store is back. A refusal would only
     * make the caller send it again, under another id.
     */
    private static StoredJob unstored(Generation queued, String hash, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof JobsException && !JobsException.isAboutData((JobsException) cause)) {
            LOG.log(Level.WARNING, queued.id() + " was accepted and is not stored yet: " + cause.getMessage());
            return new StoredJob(queued, false, Optional.of(hash));
        }
        throw new CompletionException(cause);
    }

    private Submission known(StoredJob job, String hash) {
        Generation now = later(job.generation());
        return new Submission(now, job.isOfAnother(hash) ? Outcome.OTHER_REQUEST : Outcome.KNOWN);
    }

    private Generation later(Generation stored) {
        return updates.latest(stored.id())
                .map(heard -> Projection.later(stored, heard))
                .orElse(stored);
    }

    /**
     * Asks the workers to leave a generation: one that waits never starts, one that runs stops after its step.
     *
     * @return the generation as it is, done when Kafka has the cancellation
     * @throws GenerationException NOT_FOUND, or CONFLICT if it has ended already
     */
    public CompletableFuture<Generation> cancel(Cancellation cancellation, TraceParent trace) {
        GenerationId id = cancellation.id();
        Generation generation =
                find(id).orElseThrow(() -> new GenerationException(ErrorCode.NOT_FOUND, "No generation " + id));
        if (generation.status().terminal()) {
            throw new GenerationException(
                    ErrorCode.CONFLICT,
                    "Generation " + id + " has ended already: it is "
                            + generation.status().wireName());
        }
        return log.cancel(cancellation, trace)
                .thenApplyAsync(
                        done -> {
                            noteCancellation(id);
                            return find(id).orElse(generation);
                        },
                        executor);
    }

    /** The projection would, too, a moment later. */
    private void noteCancellation(GenerationId id) {
        jobs.cancelRequested(Map.of(id, Optional.of(clock.instant())), Map.of());
    }

    /** Since when a generation that has not ended is not wanted any more. Blocks. */
    public Optional<Instant> cancelRequestedAt(Generation generation) {
        return generation.status().terminal()
                ? Optional.empty()
                : jobs.cancelRequestedAt(generation.id()).filter(at -> Cancellation.counts(at, generation.createdAt()));
    }

    /** The state as it is now, with the latest progress. Blocks. */
    public Optional<Generation> find(GenerationId id) {
        Optional<Generation> stored = jobs.find(id);
        Optional<Generation> heard = updates.latest(id);
        return stored.isPresent() && heard.isPresent()
                ? Optional.of(Projection.later(stored.get(), heard.get()))
                : stored.or(() -> heard);
    }

    /** The generation once it is terminal, or as it is when {@code atMost} is over or {@link #stopWaiting} is called. */
    public CompletableFuture<Generation> awaitEnd(Generation generation, Duration atMost) {
        if (generation.status().terminal()) {
            return CompletableFuture.completedFuture(generation);
        }
        CompletableFuture<Generation> end = new CompletableFuture<>();
        awaited.add(end);
        Subscription subscription = updates.subscribe(generation.id(), told -> completeIfTerminal(end, told));
        // It may have ended between the caller's look and the subscription.
        findIfPossible(generation.id()).ifPresent(now -> completeIfTerminal(end, now));
        if (stopping) {
            end.complete(null);
        }
        return end.copy()
                .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                .handleAsync((ended, timeout) -> ended, executor)
                .whenComplete((ended, failure) -> {
                    subscription.close();
                    awaited.remove(end);
                })
                .thenApply(
                        ended -> ended == null ? findIfPossible(generation.id()).orElse(generation) : ended);
    }

    /** Lets nobody wait for an end any more: the process stops, and ends are heard of elsewhere. */
    public void stopWaiting() {
        stopping = true;
        awaited.forEach(end -> end.complete(null));
    }

    /** Whether ends are not waited for any more. */
    public boolean isStopping() {
        return stopping;
    }

    /** Who waits for what was accepted already is not refused because the store is away meanwhile. */
    private Optional<Generation> findIfPossible(GenerationId id) {
        try {
            return find(id);
        } catch (JobsException e) {
            LOG.log(Level.WARNING, "Whether " + id + " has ended is only heard: " + e.getMessage());
            return updates.latest(id);
        }
    }

    private static void completeIfTerminal(CompletableFuture<Generation> end, Generation generation) {
        if (generation.status().terminal()) {
            end.complete(generation);
        }
    }

    /** What became of a submission. */
    public record Submission(Generation generation, Outcome outcome) {}

    /** How a submission met what was known under its id. */
    public enum Outcome {
        /** Nothing was; the workers have it now. */
        ACCEPTED,
        /** The same request. */
        KNOWN,
        /** Another request, which stays as it is. */
        OTHER_REQUEST
    }
}
