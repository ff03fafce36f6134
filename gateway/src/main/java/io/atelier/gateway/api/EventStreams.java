package io.atelier.gateway.api;

import io.atelier.gateway.jobs.GenerationUpdates;
import io.atelier.gateway.jobs.GenerationUpdates.Subscription;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Projection;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.Progress;
import io.atelier.message.Json;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Streams of server-sent events about one generation: its state as it is, then every change, until it is terminal. An event
 * is named by the status it tells of, or {@code progress}; its data is the generation. Every event says it all, so a reader
 * that comes again has missed nothing that the present state would not tell.
 */
public final class EventStreams implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventStreams.class.getName());
    /** Events that wait for a reader. One that is further behind is cut off; it gets the state when it comes again. */
    static final int BUFFER = 256;

    private final Generations generations;
    private final GenerationUpdates updates;
    private final Presenter presenter;
    private final Duration heartbeat;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile Told latest;

    /** @param executor for what blocks */
    public EventStreams(
            Generations generations,
            GenerationUpdates updates,
            Presenter presenter,
            Duration heartbeat,
            ScheduledExecutorService timer,
            Executor executor) {
        this.generations = generations;
        this.updates = updates;
        this.presenter = presenter;
        this.heartbeat = heartbeat;
        this.timer = timer;
        this.executor = executor;
    }

    /**
     * Who listens.
     *
     * @param seen   the id of the last event that the reader had from an earlier stream; null if it had none
     * @param called the base of the URL that was called
     * @param proof  whether it may still listen; may block
     * @param hangUp closes the connection, also when the reader takes nothing any more
     */
    record Reader(String seen, Sse sse, URI called, BooleanSupplier proof, Runnable hangUp) {}

    /** The events of a generation from now on. */
    Multi<OutboundSseEvent> of(GenerationId id, Reader reader) {
        AtomicInteger waiting = new AtomicInteger();
        return Multi.createFrom()
                .<OutboundSseEvent>emitter(emitter -> new Stream(id, reader, waiting, emitter).open(), BUFFER)
                .onItem()
                .invoke(waiting::decrementAndGet)
                .runSubscriptionOn(executor);
    }

    /** Names a state, on every gateway the same. */
    static String eventId(Generation generation) {
        String id = generation.attempt() + "-" + generation.status().wireName();
        Progress progress = generation.progress();
        return progress == null ? id : id + "-" + progress.stage() + "-" + progress.step();
    }

    /** Ends all streams, so that their readers go to another gateway. */
    @Override
    public void close() {
        closed = true;
        open.forEach(stream -> stream.emitter.complete());
    }

    /** Hundreds may listen to the same generation: what they are told is written once. */
    private String json(Generation generation, URI called) {
        Told told = latest;
        if (told == null || told.generation != generation || !told.called.equals(called)) {
            String json = Json.mapper()
                    .valueToTree(presenter.present(generation, called))
                    .toString();
            told = new Told(generation, called, json);
            latest = told;
        }
        return told.json;
    }

    private record Told(Generation generation, URI called, String json) {}

    private final class Stream {
        private final GenerationId id;
        private final Reader reader;
        private final AtomicInteger waiting;
        private final MultiEmitter<? super OutboundSseEvent> emitter;
        private volatile Runnable leave = () -> {};
        private Generation last;

        Stream(GenerationId id, Reader reader, AtomicInteger waiting, MultiEmitter<? super OutboundSseEvent> emitter) {
            this.id = id;
            this.reader = reader;
            this.waiting = waiting;
            this.emitter = emitter;
        }

        /** The emitter alone would keep a full buffer for as long as the reader keeps the connection. */
        private void emit(OutboundSseEvent event) {
            if (waiting.incrementAndGet() > BUFFER) {
                leave.run();
                reader.hangUp().run();
            } else {
                emitter.emit(event);
            }
        }

        void open() {
            // First listen, then look, so that nothing falls between.
            Subscription subscription = updates.subscribe(id, this::tell);
            ScheduledFuture<?> beat = timer.scheduleAtFixedRate(
                    () -> executor.execute(this::beat),
                    heartbeat.toMillis(),
                    heartbeat.toMillis(),
                    TimeUnit.MILLISECONDS);
            open.add(this);
            leave = () -> {
                subscription.close();
                beat.cancel(false);
                open.remove(this);
            };
            emitter.onTermination(leave);
            look();
            if (closed) {
                emitter.complete();
            }
        }

        /** Also looks into the store, for news that got lost while the broker was away. */
        private void beat() {
            if (!reader.proof().getAsBoolean()) {
                leave.run();
                emitter.complete();
                return;
            }
            emit(reader.sse().newEventBuilder().comment("still here").build());
            look();
        }

        private void look() {
            try {
                generations.find(id).ifPresent(this::tell);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "The events of " + id + " end: " + e.getMessage());
                emitter.fail(e);
            }
        }

        private synchronized void tell(Generation told) {
            Generation now = last == null ? told : Projection.later(last, told);
            if (now == last) {
                return;
            }
            boolean progressed = last != null && last.status() == now.status();
            boolean known = last == null && Objects.equals(reader.seen(), eventId(now));
            last = now;
            if (!known) {
                emit(reader.sse()
                        .newEventBuilder()
                        .id(eventId(now))
                        .name(progressed ? "progress" : now.status().wireName())
                        // Text, because with a media type the event would carry a field that is not of the SSE
                        // standard.
                        .data(json(now, reader.called()))
                        .build());
            }
            if (now.status().terminal()) {
                emitter.complete();
            }
        }
    }
}
