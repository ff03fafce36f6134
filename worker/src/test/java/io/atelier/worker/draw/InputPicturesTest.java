package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.PictureFiles;
import io.atelier.sdxl.StartImage;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.storage.MemoryStore;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputPicturesTest {
    private static final int MAX_BYTES = 20_000;

    private final MemoryStore store = new MemoryStore();
    private final InputPictures pictures = new InputPictures(
            store,
            Map.of("default", "generations", "uploads", "customer-uploads"),
            Optional.empty(),
            new InputPictures.Limits(MAX_BYTES, 200 * 200, 160, 160 * 150));

    @BeforeEach
    void fill() {
        store.put("generations", "a/0.png", PictureFiles.bytes("odd.png"));
        store.put("customer-uploads", "a/0.png", PictureFiles.bytes("start.png"));
        store.put("customer-uploads", "mask.png", PictureFiles.bytes("mask.png"));
        store.put("customer-uploads", "text.png", new byte[] {'t', 'e', 'x', 't'});
        store.put("customer-uploads", "big.png", new byte[MAX_BYTES + 1]);
        store.put("secrets", "a/0.png", PictureFiles.bytes("start.png"));
    }

    @ParameterizedTest
    @CsvSource({
        "a/0.png, 150",
        "s3://default/a/0.png, 150",
        "s3://generations/a/0.png, 150",
        "s3://uploads/a/0.png, 128",
        "s3://customer-uploads/a/0.png, 128"
    })
    void a_picture_is_named_by_key_or_by_bucket_and_key(String reference, int width) {
        StartImage start = start("{'image': '%s'}".formatted(reference)).orElseThrow();
        assertThat(start.image().width()).isEqualTo(width);
        assertThat(start.strength()).isEqualTo(0.3);
    }

    @Test
    void without_a_picture_there_is_nothing_to_fetch() {
        assertThat(start("{'seed': 1}")).isEmpty();
    }

    @Test
    void a_mask_makes_it_inpainting_with_another_default() {
        StartImage start = start("{'image': 'a/0.png', 'mask_image': 's3://uploads/mask.png'}")
                .orElseThrow();
        assertThat(start.mask()).isPresent();
        assertThat(start.strength()).isEqualTo(0.9999);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'image': 's3://secrets/a/0.png'}          | unknown_bucket  | input.image",
                "{'image': 's3://uploads'}                  | invalid_request | input.image",
                "{'image': 's3://uploads/'}                 | invalid_request | input.image",
                "{'image': '/etc/passwd'}                   | invalid_request | input.image",
                "{'image': 'https://example.com/a.png'}     | unsupported     | input.image",
                "{'image': 'file:///etc/passwd'}            | unsupported     | input.image",
                "{'image': 'missing.png'}                   | invalid_request | input.image",
                "{'image': 's3://uploads/text.png'}         | invalid_request | input.image",
                "{'image': 's3://uploads/big.png'}          | invalid_request | input.image",
                "{'mask_image': 'a/0.png'}                  | invalid_request | input.mask_image",
                "{'image': 'a/0.png', 'mask_image': 'no'}   | invalid_request | input.mask_image",
                "{'image': 'a/0.png', 'strength': 0.01}     | invalid_request | input.strength",
                "{'image': 'a/0.png', 'width': 168}         | invalid_request | input.image",
                "{'image': 'a/0.png', 'height': 160, 'width': 152} | invalid_request | input.image"
            })
    void what_cannot_be_begun_with_is_refused_naming_the_field(String input, String code, String field) {
        assertThatThrownBy(() -> start(input)).isInstanceOfSatisfying(GenerationException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.of(code));
            assertThat(e.getMessage()).startsWith(field + ": ");
            assertThat(e.details())
                    .singleElement()
                    .satisfies(detail -> assertThat(detail.field()).isEqualTo(field))
                    .satisfies(detail -> assertThat(detail.value()).isNotBlank());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'image': 'a/0.png'}", "{'image': 'a/0.png', 'height': 128}"})
    void a_picture_is_drawn_at_its_own_size_where_none_is_asked_for(String input) {
        GenerationParameters parameters = InputMapping.toParameters(
                input(input), new GenerationId("x"), TinySdxl.pipeline().model(), pictures);
        assertThat(parameters.size()).contains(new ImageSize(144, 128));
        GenerationInput echoed = InputMapping.effective(input(input), parameters);
        assertThat(echoed.width()).isEqualTo(144);
        assertThat(echoed.strength()).isEqualTo(0.3);
        assertThat(echoed.image()).isEqualTo("a/0.png");
    }

    @Test
    void refining_the_finished_picture_is_echoed_with_its_defaults() {
        GenerationInput input = input("{'refiner': {'mode': 'image', 'steps': 20}}");
        GenerationParameters parameters = InputMapping.toParameters(
                input, new GenerationId("x"), TinySdxl.pipeline().model(), pictures);
        assertThat(InputMapping.effective(input, parameters).refiner())
                .isEqualTo(new GenerationInput.Refiner("image", null, 0.3, 20, 6.0, 2.5));
    }

    @ParameterizedTest
    @CsvSource({
        "acme, tenant=acme/a/0.png, true",
        "acme, s3://uploads/tenant=acme/a/0.png, true",
        "acme, tenant=other/a/0.png, false",
        "acme, a/0.png, false",
        "acme, s3://uploads/a/0.png, false",
        "acme, tenant=acme/../tenant=other/a/0.png, false",
        "acm, tenant=acme/a/0.png, false",
        "default, tenant=acme/a/0.png, false",
        "default, a/0.png, true"
    })
    void a_tenant_begins_with_its_own_pictures_only(String tenant, String reference, boolean there) {
        store.put("generations", "tenant=acme/a/0.png", PictureFiles.bytes("odd.png"));
        store.put("generations", "tenant=other/a/0.png", PictureFiles.bytes("odd.png"));
        store.put("customer-uploads", "tenant=acme/a/0.png", PictureFiles.bytes("odd.png"));
        GenerationInput input = input("{'image': '%s'}".formatted(reference));

        if (there) {
            assertThat(pictures.start(tenant, input, 30)).isPresent();
        } else {
            assertThatThrownBy(() -> pictures.start(tenant, input, 30)).hasMessageContaining("there is no such object");
        }
    }

    private Optional<StartImage> start(String json) {
        return pictures.start("default", input(json), 30);
    }

    private static GenerationInput input(String json) {
        try {
            String withPrompt =
                    json.replaceFirst("\\{", "{'prompt': 'a red circle', ").replace('\'', '"');
            return Json.mapper().readValue(withPrompt, GenerationInput.class);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
