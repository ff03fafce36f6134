package io.atelier.gateway.api;

import io.atelier.gateway.jobs.GenerationUpdates;
import io.atelier.gateway.jobs.GenerationUpdates.Subscription;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Projection;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.Json;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Streams of server-sent events about one generation: its state as it is, then every change, until it is terminal. An event
 * is named by the status it tells of, or {@code progress}; its data is the generation.
 */
public final class EventStreams {
    /** A reader that is further behind is cut off; it gets the whole state when it comes again. */
    private static final int BUFFER = 256;

    private final Generations generations;
    private final GenerationUpdates updates;
    private final Presenter presenter;
    private final Duration heartbeat;
    private final ScheduledExecutorService timer;
    private final Executor executor;

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

    public Multi<OutboundSseEvent> of(GenerationId id, Sse sse, URI called) {
        return Multi.createFrom()
                .<OutboundSseEvent>emitter(emitter -> new Stream(id, sse, called, emitter).open(), BUFFER)
                .runSubscriptionOn(executor);
    }

    private static String json(Generation generation) {
        return Json.mapper().valueToTree(generation).toString();
    }

    private final class Stream {
        private final GenerationId id;
        private final Sse sse;
        private final URI called;
        private final MultiEmitter<? super OutboundSseEvent> emitter;
        private Generation last;

        Stream(GenerationId id, Sse sse, URI called, MultiEmitter<? super OutboundSseEvent> emitter) {
            this.id = id;
            this.sse = sse;
            this.called = called;
            this.emitter = emitter;
        }

        void open() {
            // First listen, then look, so that nothing falls between.
            Subscription subscription = updates.subscribe(id, this::tell);
            ScheduledFuture<?> beat = timer.scheduleAtFixedRate(
                    () -> executor.execute(this::beat),
                    heartbeat.toMillis(),
                    heartbeat.toMillis(),
                    TimeUnit.MILLISECONDS);
            emitter.onTermination(() -> {
                subscription.close();
                beat.cancel(false);
            });
            look();
        }

        /** Also looks into the store, for news that got lost while the broker was away. */
        private void beat() {
            emitter.emit(sse.newEventBuilder().comment("still here").build());
            look();
        }

        private void look() {
            try {
                generations.find(id).ifPresent(this::tell);
            } catch (RuntimeException e) {
                emitter.fail(e);
            }
        }

        private synchronized void tell(Generation told) {
            Generation now = last == null ? told : Projection.later(last, told);
            if (now == last) {
                return;
            }
            boolean progressed = last != null && last.status() == now.status();
            last = now;
            emitter.emit(sse.newEventBuilder()
                    .name(progressed ? "progress" : now.status().wireName())
                    // Text, because with a media type the event would carry a field that is not of the SSE standard.
                    .data(json(presenter.present(now, called)))
                    .build());
            if (now.status().terminal()) {
                emitter.complete();
            }
        }
    }
}
