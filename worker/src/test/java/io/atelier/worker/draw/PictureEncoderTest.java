package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.OutputSettings;
import io.atelier.sdxl.PictureFiles;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.image.PictureReader;
import io.atelier.worker.draw.PictureEncoder.EncodedPicture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;

class PictureEncoderTest {
    private static final String INFOTEXT = "a café, 日本 😀\nSteps: 30, Sampler: Euler";
    private static final Drawing.Picture PICTURE = new Drawing.Picture(PictureFiles.picture("start"), 7, INFOTEXT);

    @ParameterizedTest
    @CsvSource({"png, image/png, png", "jpeg, image/jpeg, jpg", "webp, image/webp, webp"})
    void each_format_is_read_back_and_has_its_type(String format, String contentType, String extension) {
        EncodedPicture encoded = encode(format, 95, true);
        assertThat(encoded.contentType()).isEqualTo(contentType);
        assertThat(encoded.extension()).isEqualTo(extension);
        RgbImage read = PictureReader.read(encoded.bytes(), 128 * 128);
        long difference = 0;
        for (int i = 0; i < read.rgb().length; i++) {
            difference += Math.abs((read.rgb()[i] & 0xff) - (PICTURE.image().rgb()[i] & 0xff));
        }
        // Half the colours' resolution is what lossy formats keep at sharp edges.
        assertThat(difference / (double) read.rgb().length).isLessThan(format.equals("png") ? 1e-9 : 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "webp"})
    void parameters_are_the_user_comment(String format) {
        String file = HexFormat.of().formatHex(encode(format, 90, true).bytes());
        String comment = HexFormat.of().formatHex("UNICODE\0".getBytes(StandardCharsets.US_ASCII))
                + HexFormat.of().formatHex(INFOTEXT.getBytes(StandardCharsets.UTF_16BE));
        assertThat(file).contains(comment);
    }

    /** Java's own reader finds the EXIF segment where it belongs: behind the JFIF one, with the right length. */
    @Test
    void an_independent_reader_finds_the_segment_of_a_jpeg_file() throws IOException {
        byte[] bytes = encode("jpeg", 90, true).bytes();
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in);
            IIOMetadataNode root =
                    (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_jpeg_image_1.0");
            NodeList unknown = root.getElementsByTagName("unknown");
            assertThat(unknown.getLength()).isEqualTo(1);
            byte[] segment = (byte[]) ((IIOMetadataNode) unknown.item(0)).getUserObject();
            assertThat(new String(segment, StandardCharsets.UTF_16BE)).contains("Steps: 30");
            assertThat(root.getElementsByTagName("app0JFIF").getLength()).isEqualTo(1);
        } finally {
            reader.dispose();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "webp"})
    void without_metadata_nothing_is_told(String format) {
        byte[] bytes = encode(format, 90, false).bytes();
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("Steps", "UNICODE", "parameters");
        assertThat(new String(bytes, StandardCharsets.UTF_16BE)).doesNotContain("Steps");
        assertThat(bytes.length).isLessThan(encode(format, 90, true).bytes().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "webp"})
    void quality_decides_on_the_size(String format) {
        assertThat(encode(format, 10, false).bytes().length)
                .isLessThan(encode(format, 95, false).bytes().length);
    }

    @Test
    void the_same_picture_gives_the_same_bytes() {
        assertThat(encode("webp", 90, true).bytes())
                .isEqualTo(encode("webp", 90, true).bytes());
    }

    private static EncodedPicture encode(String format, int quality, boolean metadata) {
        return PictureEncoder.encode(PICTURE, new OutputSettings(format, quality, null, null, metadata, null));
    }
}
