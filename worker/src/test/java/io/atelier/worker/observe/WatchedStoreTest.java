package io.atelier.worker.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class WatchedStoreTest {
    private static final ImageLocation PLACE = new ImageLocation("bucket", "key");

    private final MeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void uploads_are_counted_with_their_bytes() {
        uploadOnce(meters);
        uploadOnce(meters);

        assertThat(meters.get("atelier.upload").tag("result", "ok").timer().count())
                .isEqualTo(2);
        assertThat(meters.get("atelier.upload.bytes").counter().count()).isEqualTo(200);
    }

    @Test
    void an_upload_that_fails_is_counted_as_such_and_fails_as_it_failed() {
        WatchedStore store = watched(meters, new GenerationException(ErrorCode.STORAGE_UNAVAILABLE, "away"));

        assertThatThrownBy(() -> store.put(PLACE, new byte[100], "image/png")).hasMessage("away");

        assertThat(meters.get("atelier.upload").tag("result", "failed").timer().count())
                .isEqualTo(1);
        assertThat(meters.find("atelier.upload.bytes").counter()).isNull();
    }

    static void uploadOnce(MeterRegistry meters) {
        watched(meters, null).put(PLACE, new byte[100], "image/png");
    }

    /** @param failure of every call; null for none */
    private static WatchedStore watched(MeterRegistry meters, RuntimeException failure) {
        ImageStore store = (ImageStore) Proxy.newProxyInstance(
                WatchedStoreTest.class.getClassLoader(),
                new Class<?>[] {ImageStore.class},
                (proxy, method, arguments) -> {
                    if (failure != null) {
                        throw failure;
                    }
                    return null;
                });
        return new WatchedStore(store, meters, OpenTelemetry.noop().getTracer("test"));
    }
}
