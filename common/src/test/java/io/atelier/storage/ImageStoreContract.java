package io.atelier.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do; a subclass says which. */
abstract class ImageStoreContract {
    private final String bucket = "atelier-test-" + UUID.randomUUID();
    private ImageStore store;

    protected abstract ImageStore open();

    @BeforeEach
    void prepare() {
        store = open();
        store.prepareBucket(bucket, true);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void an_object_is_read_back_as_it_was_stored() {
        byte[] content = new byte[100_000];
        new java.util.Random(1).nextBytes(content);

        store.put(location("a/0.png"), content, "image/png");

        assertThat(store.get(location("a/0.png")))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(content));
    }

    @Test
    void an_object_that_is_not_there_is_empty() {
        assertThat(store.get(location("missing/manifest.json"))).isEmpty();
        assertThat(store.getFirst(location("missing/0.png"), 3)).isEmpty();
    }

    @Test
    void no_more_is_read_than_asked_for() {
        store.put(location("a/0.png"), text("content"), "image/png");

        assertThat(store.getFirst(location("a/0.png"), 3))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(text("con")));
        assertThat(store.getFirst(location("a/0.png"), 30))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(text("content")));
    }

    @Test
    void storing_again_replaces() {
        store.put(location("a/0.png"), text("first"), "image/png");
        store.put(location("a/0.png"), text("second"), "image/png");

        assertThat(store.get(location("a/0.png")))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(text("second")));
    }

    @Test
    void of_two_that_store_if_absent_one_comes_too_late() {
        assertThat(store.putIfAbsent(location("a/manifest.json"), text("first"), "application/json"))
                .isTrue();
        assertThat(store.putIfAbsent(location("a/manifest.json"), text("second"), "application/json"))
                .isFalse();

        assertThat(store.get(location("a/manifest.json")))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(text("first")));
    }

    @Test
    void preparing_a_bucket_that_is_there_does_nothing() {
        store.put(location("kept"), text("kept"), "text/plain");

        store.prepareBucket(bucket, true);
        store.prepareBucket(bucket, false);

        assertThat(store.get(location("kept"))).isPresent();
    }

    @Test
    void a_missing_bucket_that_may_not_be_made_is_named() {
        assertThatThrownBy(() -> store.prepareBucket(bucket + "-missing", false))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining(bucket + "-missing");
    }

    @Test
    void writing_into_a_missing_bucket_fails_and_names_the_object() {
        ImageLocation nowhere = new ImageLocation(bucket + "-missing", "a/0.png");

        assertThatThrownBy(() -> store.put(nowhere, text("x"), "image/png"))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining("a/0.png");
    }

    @Test
    void anybody_can_read_a_presigned_url_and_gets_the_content_type() throws Exception {
        store.put(location("a b/ü-0.png"), text("picture"), "image/png");

        HttpResponse<byte[]> response = get(store.presign(location("a b/ü-0.png"), Duration.ofMinutes(1)));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(text("picture"));
        assertThat(response.headers().firstValue("content-type")).contains("image/png");
    }

    @Test
    void nobody_can_read_with_a_changed_signature() throws Exception {
        store.put(location("a/0.png"), text("picture"), "image/png");
        String url = store.presign(location("a/0.png"), Duration.ofMinutes(1)).toString();
        String other = url.replaceAll("X-Amz-Signature=[0-9a-f]{4}", "X-Amz-Signature=0000");

        assertThat(get(URI.create(other)).statusCode()).isEqualTo(403);
    }

    private static HttpResponse<byte[]> get(URI url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private ImageLocation location(String key) {
        return new ImageLocation(bucket, key);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
