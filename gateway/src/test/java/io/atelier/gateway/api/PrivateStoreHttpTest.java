package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.OutputImage;
import io.atelier.message.EventType;
import io.atelier.storage.ImageLocation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Readers cannot reach the store of the pictures. */
@QuarkusTest
@TestProfile(PrivateStoreHttpTest.Private.class)
class PrivateStoreHttpTest extends HttpTest {
    private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3};

    public static class Private extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("atelier.storage.private", "true");
            overrides.put("atelier.store.path", "private");
            return overrides;
        }
    }

    @Test
    void a_picture_comes_through_the_gateway() throws Exception {
        pictures.put(new ImageLocation("generations", id + "/0.png"), PICTURE, "image/png");
        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        URI url = URI.create(
                json(get("/v1/generations/" + id)).at("/output/0/url").textValue());
        HttpResponse<byte[]> picture =
                client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());

        assertThat(url).isEqualTo(generations.resolve("/v1/generations/" + id + "/images/0"));
        assertThat(picture.statusCode()).isEqualTo(200);
        assertThat(picture.body()).isEqualTo(PICTURE);
        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(picture.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void nothing_is_served_as_a_page() throws Exception {
        Generation drawn = Samples.succeeded(id, 1);
        OutputImage page = new OutputImage(0, null, "generations", id + "/0.html", "text/html", 8, 8, 1, "0", 1);
        pictures.put(new ImageLocation("generations", id + "/0.html"), PICTURE, "text/html");
        told(EventType.SUCCEEDED, drawn.toBuilder().output(List.of(page)).build());

        HttpResponse<String> answer = get("/v1/generations/" + id + "/images/0");

        assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
    }

    @Test
    void a_picture_that_was_deleted_is_not_found() throws Exception {
        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        assertProblem(get("/v1/generations/" + id + "/images/0"), 404, "not_found");
    }

    @Test
    void a_store_that_does_not_answer_is_told_apart() throws Exception {
        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        pictures.away(true);
        try {
            HttpResponse<String> answer = get("/v1/generations/" + id + "/images/0");

            assertProblem(answer, 503, "storage_unavailable");
            assertThat(answer.body()).doesNotContain("secret place");
        } finally {
            pictures.away(false);
        }
    }
}
