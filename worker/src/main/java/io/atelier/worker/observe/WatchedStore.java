package io.atelier.worker.observe;

import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A store whose uploads are counted, timed and traced; each try is one. */
public final class WatchedStore implements ImageStore {
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("atelier.key");
    private static final AttributeKey<Long> BYTES = AttributeKey.longKey("atelier.bytes");
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60)
    };

    private final ImageStore store;
    private final MeterRegistry meters;
    private final Tracer tracer;

    public WatchedStore(ImageStore store, MeterRegistry meters, Tracer tracer) {
        this.store = store;
        this.meters = meters;
        this.tracer = tracer;
    }

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        upload(location, content, () -> {
            store.put(location, content, contentType);
            return null;
        });
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        return upload(location, content, () -> store.putIfAbsent(location, content, contentType));
    }

    private <T> T upload(ImageLocation location, byte[] content, Supplier<T> call) {
        Span span = tracer.spanBuilder("upload")
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(KEY, location.key())
                .setAttribute(BYTES, (long) content.length)
                .startSpan();
        long start = System.nanoTime();
        String result = "failed";
        try {
            T answer = call.get();
            result = "ok";
            meters.counter("atelier.upload.bytes").increment(content.length);
            return answer;
        } finally {
            Timer.builder("atelier.upload")
                    .serviceLevelObjectives(BUCKETS)
                    .tag("result", result)
                    .register(meters)
                    .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            span.setStatus("ok".equals(result) ? StatusCode.UNSET : StatusCode.ERROR);
            span.end();
        }
    }

    @Override
    public void prepareBucket(String bucket, boolean create) {
        store.prepareBucket(bucket, create);
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        return store.get(location);
    }

    @Override
    public Optional<byte[]> getFirst(ImageLocation location, int maxBytes) {
        return store.getFirst(location, maxBytes);
    }

    @Override
    public URI presign(ImageLocation location, Duration validity) {
        return store.presign(location, validity);
    }

    @Override
    public void close() {
        store.close();
    }
}
