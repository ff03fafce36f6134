package io.atelier.gateway.doors;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What OpenAI's Images API answers.
 *
 * @param created      seconds since 1970
 * @param outputFormat {@code png}, {@code jpeg} or {@code webp}
 * @param size         WIDTHxHEIGHT in pixels
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImagesAnswer(
        long created,
        List<Image> data,
        @JsonProperty("output_format") String outputFormat,
        String size) {

    /** One picture: where it lies for a while, or its bytes in base64. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Image(
            String url, @JsonProperty("b64_json") String b64Json) {}
}
