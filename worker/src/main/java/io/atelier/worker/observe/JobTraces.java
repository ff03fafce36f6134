package io.atelier.worker.observe;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.message.MessageCodec;
import io.atelier.sdxl.Stage;
import io.atelier.trace.TraceHeaders;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.JobWatch;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes a span of each delivery, under the one that its producer names, with children for what is done for it: {@code take},
 * the stages of drawing, {@code encode}; {@code upload} and {@code tell} come from {@link WatchedStore} and {@link
 * WatchedPublisher}. Without anybody who records, nothing is made, but the producer's {@code traceparent} is still passed on.
 *
 * <p>Messages of failures stay out: they may quote the prompt.
 */
public final class JobTraces implements JobObserver {
    private static final AttributeKey<String> ID = AttributeKey.stringKey("atelier.generation");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("atelier.attempt");
    private static final AttributeKey<String> WORKER = AttributeKey.stringKey("atelier.worker");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("atelier.model");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("atelier.outcome");
    private static final AttributeKey<String> CODE = AttributeKey.stringKey("atelier.code");

    private final Tracer tracer;
    private final MessageCodec codec;

    public JobTraces(Tracer tracer, MessageCodec codec) {
        this.tracer = tracer;
        this.codec = codec;
    }

    @Override
    public JobWatch taken(Delivery delivery, Generation read) {
        Span job = tracer.spanBuilder("generation")
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(TraceHeaders.context(codec.traceParentOf(delivery.record())))
                .setAttribute(ID, read.id() == null ? "" : read.id().value())
                .setAttribute(ATTEMPT, (long) delivery.attempt())
                .setAttribute(WORKER, String.valueOf(read.worker()))
                .startSpan();
        return new Watch(job);
    }

    private final class Watch implements JobWatch {
        private final Span job;
        private final Context context;
        private Span current;

        Watch(Span job) {
            this.job = job;
            this.context = Context.root().with(job);
            this.current = begin("take");
        }

        private Span begin(String name) {
            return tracer.spanBuilder(name).setParent(context).startSpan();
        }

        @Override
        public Scope enter() {
            return context.makeCurrent()::close;
        }

        @Override
        public void started(Generation started) {
            job.setAttribute(MODEL, String.valueOf(started.model()));
            current.end();
        }

        @Override
        public void stageBegan(Stage stage) {
            // Ending a span again does nothing.
            current.end();
            current = begin(stage.wireName());
        }

        @Override
        public void drawingEnded() {
            current.end();
        }

        @Override
        public void encoded(Duration took) {
            Instant end = Instant.now();
            tracer.spanBuilder("encode")
                    .setParent(context)
                    .setStartTimestamp(end.minus(took))
                    .startSpan()
                    .end(end);
        }

        @Override
        public void ended(Generation ended) {
            if (ended.status() == GenerationStatus.FAILED) {
                job.setStatus(StatusCode.ERROR);
                job.setAttribute(CODE, ended.error().code().wireName());
            }
            end(ended.status().wireName());
        }

        @Override
        public void handedBack(Optional<ErrorCode> failure) {
            failure.ifPresent(code -> {
                job.setStatus(StatusCode.ERROR);
                job.setAttribute(CODE, code.wireName());
            });
            end(failure.isPresent() ? "retried" : "handed_back");
        }

        private void end(String outcome) {
            current.end();
            job.setAttribute(OUTCOME, outcome);
            job.end();
        }
    }
}
