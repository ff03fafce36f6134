package io.atelier.sdxl.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.Golden;
import io.atelier.sdxl.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.NodeList;

class PngEncoderTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2", "64, 64", "100, 7"})
    void another_reader_sees_the_same_pixels(int width, int height) throws IOException {
        RgbImage image = noise(width, height);
        assertThat(read(PngEncoder.encode(image, Optional.empty())).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void smooth_pictures_survive_every_filter() throws IOException {
        RgbImage image = Golden.picture("base");
        assertThat(read(PngEncoder.encode(image, Optional.of("x"))).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void latin_text_is_read_back_from_a_text_chunk() throws IOException {
        String text = "a café, red\nNegative prompt: blue\nSteps: 20, Sampler: Euler";
        byte[] png = PngEncoder.encode(noise(4, 4), Optional.of(text));
        assertThat(chunkTypes(png)).contains("tEXt").doesNotContain("iTXt");
        assertThat(parameters(png, "tEXt", "tEXtEntry", "value")).isEqualTo(text);
    }

    @Test
    void other_text_is_read_back_from_an_international_chunk() throws IOException {
        String text = "日本語の猫 😀 Ж";
        byte[] png = PngEncoder.encode(noise(4, 4), Optional.of(text));
        assertThat(chunkTypes(png)).contains("iTXt").doesNotContain("tEXt");
        assertThat(parameters(png, "iTXt", "iTXtEntry", "text")).isEqualTo(text);
    }

    @Test
    void without_a_text_there_is_no_text_chunk() {
        assertThat(chunkTypes(PngEncoder.encode(noise(4, 4), Optional.empty()))).doesNotContain("tEXt");
    }

    @Test
    void the_same_picture_gives_the_same_bytes() {
        assertThat(PngEncoder.encode(noise(50, 40), Optional.of("x")))
                .isEqualTo(PngEncoder.encode(noise(50, 40), Optional.of("x")));
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(width * 31L + height).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    private static String chunkTypes(byte[] png) {
        return new String(png, StandardCharsets.ISO_8859_1);
    }

    private static RgbImage read(byte[] png) throws IOException {
        return Golden.toRgb(ImageIO.read(new ByteArrayInputStream(png)));
    }

    private static String parameters(byte[] png, String chunk, String entry, String attribute) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            IIOMetadata metadata = reader.getImageMetadata(0);
            NodeList entries =
                    ((org.w3c.dom.Element) metadata.getAsTree("javax_imageio_png_1.0")).getElementsByTagName(entry);
            assertThat(entries.getLength()).as(chunk).isEqualTo(1);
            org.w3c.dom.Element element = (org.w3c.dom.Element) entries.item(0);
            assertThat(element.getAttribute("keyword")).isEqualTo("parameters");
            return element.getAttribute(attribute);
        } finally {
            reader.dispose();
        }
    }
}
