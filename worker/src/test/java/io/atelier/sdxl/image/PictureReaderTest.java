package io.atelier.sdxl.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.PictureFiles;
import io.atelier.sdxl.RgbImage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Pillow wrote, against what diffusers' load_image reads from them. */
class PictureReaderTest {
    private static final long PLENTY = 1_000_000;

    static List<String> exactFiles() {
        return files(name -> !name.endsWith(".jpg"));
    }

    static List<String> jpegFiles() {
        return files(name -> name.endsWith(".jpg") && !name.startsWith("cmyk"));
    }

    private static List<String> files(java.util.function.Predicate<String> wanted) {
        List<String> names = new ArrayList<>();
        PictureFiles.json("files.json").fieldNames().forEachRemaining(names::add);
        names.removeIf(wanted.negate());
        return names;
    }

    @ParameterizedTest
    @MethodSource("exactFiles")
    void png_and_webp_files_are_read_to_the_last_bit(String name) throws NoSuchAlgorithmException {
        JsonNode expected = PictureFiles.json("files.json").get(name);
        RgbImage image = PictureReader.read(PictureFiles.bytes("files/" + name), PLENTY);
        assertThat(image.width()).isEqualTo(expected.get("width").asInt());
        assertThat(image.height()).isEqualTo(expected.get("height").asInt());
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(image.rgb());
        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo(expected.get("sha256").asText());
    }

    /** The standard leaves a rounding to the decoder, and Java's is not the same on every system. */
    @ParameterizedTest
    @MethodSource("jpegFiles")
    void jpeg_files_are_read_and_turned_upright(String name) {
        RgbImage image = PictureReader.read(PictureFiles.bytes("files/" + name), PLENTY);
        RgbImage expected = PictureFiles.picture("decoded-" + name);
        assertThat(image.width()).isEqualTo(expected.width());
        assertThat(image.height()).isEqualTo(expected.height());
        for (int i = 0; i < expected.rgb().length; i++) {
            assertThat(Math.abs((image.rgb()[i] & 0xff) - (expected.rgb()[i] & 0xff)))
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void cmyk_is_refused() {
        assertRefused(PictureFiles.bytes("files/cmyk.jpg"), "CMYK");
    }

    @Test
    void what_is_no_picture_is_refused() {
        assertRefused("<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8), "no PNG, JPEG");
        assertRefused(new byte[0], "no PNG, JPEG");
        assertRefused("GIF89a".getBytes(StandardCharsets.UTF_8), "no PNG, JPEG");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "palette.png", "rgb.jpg", "progressive.jpg", "lossless.webp", "lossy.webp"})
    void a_file_cut_off_anywhere_is_refused(String name) {
        // The last four bytes of a PNG file are a checksum that tells nothing of the picture.
        byte[] whole = PictureFiles.bytes("files/" + name);
        for (int length = 4; length < whole.length - 4; length += 7) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> PictureReader.read(part, PLENTY))
                    .as("%s, %d of %d bytes", name, part.length, whole.length)
                    .isInstanceOf(UnreadablePictureException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "rgb.jpg", "lossless.webp", "lossy.webp", "alpha.webp"})
    void a_picture_of_too_many_pixels_is_refused_with_its_size(String name) {
        assertThatThrownBy(() -> PictureReader.read(PictureFiles.bytes("files/" + name), 45 * 37 - 1))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessageContaining("45x37");
        assertThat(PictureReader.read(PictureFiles.bytes("files/" + name), 45 * 37)
                        .width())
                .isEqualTo(45);
    }

    @Test
    void a_bomb_is_refused_by_its_header() {
        byte[] bomb = PictureFiles.bytes("files/rgb.png");
        Arrays.fill(bomb, 17, 19, (byte) 0x7f); // the width's middle bytes
        assertRefused(bomb, "pixels; there may be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "rgb.jpg", "lossy.webp", "orientation-6.jpg", "orientation-6.webp"})
    void damage_ends_in_a_picture_or_a_refusal_and_nothing_else(String name) {
        byte[] whole = PictureFiles.bytes("files/" + name);
        int refused = 0;
        for (int at = 0; at < whole.length; at += 3) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) 0xff;
            try {
                assertThat(PictureReader.read(damaged, PLENTY)).isNotNull();
            } catch (UnreadablePictureException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private static void assertRefused(byte[] file, String mentions) {
        assertThatThrownBy(() -> PictureReader.read(file, PLENTY))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessageContaining(mentions);
    }
}
