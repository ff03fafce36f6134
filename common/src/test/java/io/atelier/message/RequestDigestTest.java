package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.Priority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestDigestTest {
    private static final String REQUEST =
            "{\"input\":{\"prompt\":\"a red circle\",\"seed\":7},\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}";

    @Test
    void spelling_does_not_count() throws IOException {
        String spelled =
                "{ \"metadata\": {\"b\":\"2\", \"a\":\"1\"}, \"model\": null, \"input\": {\"seed\":7, \"prompt\":\"a red circle\"}}";

        assertThat(digest(spelled)).isEqualTo(digest(REQUEST));
    }

    @Test
    void neither_id_nor_priority_counts() throws IOException {
        GenerationRequest urgent =
                read(REQUEST).withId(new GenerationId("order-17")).withPriority(Priority.HIGH);

        assertThat(RequestDigest.of(urgent)).isEqualTo(digest(REQUEST));
    }

    @Test
    void what_is_asked_for_counts() throws IOException {
        assertThat(digest(REQUEST.replace("red", "blue"))).isNotEqualTo(digest(REQUEST));
        assertThat(digest(REQUEST.replace("\"1\"", "\"3\""))).isNotEqualTo(digest(REQUEST));
    }

    /** From FIPS 180-2 and, for nothing, from RFC 6234's reference. */
    @Test
    void bytes_are_hashed_as_they_are() {
        assertThat(RequestDigest.of("abc".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(RequestDigest.of((byte[]) null))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    private static String digest(String json) throws IOException {
        return RequestDigest.of(read(json));
    }

    private static GenerationRequest read(String json) throws IOException {
        return Json.mapper().readValue(json, GenerationRequest.class);
    }
}
