package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.message.EventType;
import io.atelier.message.RequestLimits;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StageTimings;
import io.atelier.sdxl.StepListener;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.draw.Drawing;
import io.atelier.worker.event.EventPublisher;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Everything around a job handler, in memory, with a diary of what happened in which order, and faults to order. */
final class FakeWorld implements Artist, ImageStore, EventPublisher {
    final List<String> diary = Collections.synchronizedList(new ArrayList<>());
    final List<Generation> published = Collections.synchronizedList(new ArrayList<>());
    final Map<ImageLocation, byte[]> objects = Collections.synchronizedMap(new LinkedHashMap<>());
    volatile Consumer<Cancellation> whileDrawing = cancellation -> {};
    volatile Runnable whileStoring = () -> {};
    volatile int refused;
    volatile boolean storageDown;
    volatile boolean brokerDown;
    volatile boolean deviceLost;

    @Override
    public String modelName() {
        return "fake";
    }

    @Override
    public String modelDigest() {
        return "sha256:" + "0".repeat(64);
    }

    @Override
    public WorkerStatus.Capabilities capabilities(RequestLimits limits) {
        return new WorkerStatus.Capabilities(
                8,
                8,
                limits.maxSide(),
                limits.maxPixels(),
                limits.maxSteps(),
                limits.maxImages(),
                List.of("euler"),
                false,
                false,
                false);
    }

    @Override
    public Commission accept(GenerationInput input, GenerationId id) {
        return new Commission(input, GenerationParameters.of(input.prompt()));
    }

    @Override
    public void warmUp() {
        diary.add("warm up");
        failIf(deviceLost, ErrorCode.INFERENCE_FAILED);
    }

    @Override
    public Drawing draw(Commission commission, StepListener listener, Cancellation cancellation) {
        diary.add("draw");
        if (deviceLost) {
            throw new GenerationException(ErrorCode.INFERENCE_FAILED, "the device is lost by order of the test");
        }
        listener.onStage(Stage.BASE);
        whileDrawing.accept(cancellation);
        listener.onStep(Stage.BASE, 1, 1, Duration.ZERO);
        StageTimings timings = new StageTimings(Duration.ZERO, Duration.ofMillis(5), Duration.ZERO, Duration.ZERO);
        Drawing.Picture picture = new Drawing.Picture(new RgbImage(8, 8, new byte[8 * 8 * 3]), 7, "infotext");
        return new Drawing(List.of(picture), timings, List.of("a warning"));
    }

    @Override
    public void prepareBucket(String bucket, boolean create) {
        diary.add("bucket " + bucket);
    }

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        failIf(storageDown, ErrorCode.STORAGE_UNAVAILABLE);
        whileStoring.run();
        diary.add("put " + location);
        objects.put(location, content);
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        failIf(storageDown, ErrorCode.STORAGE_UNAVAILABLE);
        diary.add("commit " + location);
        return objects.putIfAbsent(location, content) == null;
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        failIf(storageDown, ErrorCode.STORAGE_UNAVAILABLE);
        return Optional.ofNullable(objects.get(location));
    }

    @Override
    public Optional<byte[]> getFirst(ImageLocation location, int maxBytes) {
        return get(location).map(content -> Arrays.copyOf(content, Math.min(content.length, maxBytes)));
    }

    @Override
    public URI presign(ImageLocation location, Duration validity) {
        return URI.create("https://store/" + location + "?seconds=" + validity.toSeconds());
    }

    @Override
    public void publish(EventType type, Generation generation) {
        failIf(brokerDown, ErrorCode.BROKER_UNAVAILABLE);
        diary.add("event " + type);
        published.add(generation);
    }

    @Override
    public void publishProgress(Generation generation) {
        diary.add("progress " + generation.progress().step());
    }

    @Override
    public void publishDeadLetter(ConsumerRecord<byte[], byte[]> record, int attempt, GenerationException reason) {
        failIf(brokerDown, ErrorCode.BROKER_UNAVAILABLE);
        diary.add("dead letter " + reason.code().wireName());
    }

    @Override
    public void close() {}

    private void failIf(boolean down, ErrorCode code) {
        if (down) {
            refused++;
            throw new GenerationException(code, "down by order of the test");
        }
    }
}
