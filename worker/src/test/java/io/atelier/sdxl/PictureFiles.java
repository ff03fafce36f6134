package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Pictures and expected values that deploy/golden/make_pictures.py made with Pillow, PyTorch and diffusers. */
public final class PictureFiles {
    private PictureFiles() {}

    public static byte[] bytes(String name) {
        try (InputStream in = PictureFiles.class.getResourceAsStream("/pictures/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(bytes(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A PNG file, without what Java would do to the colours of grey ones. */
    public static RgbImage picture(String name) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes(name + ".png")));
            int bands = image.getRaster().getNumBands();
            if (bands == 3) {
                return Golden.toRgb(image);
            }
            byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
            for (int i = 0; i < rgb.length; i++) {
                int pixel = i / 3;
                rgb[i] = (byte) image.getRaster().getSample(pixel % image.getWidth(), pixel / image.getWidth(), 0);
            }
            return new RgbImage(image.getWidth(), image.getHeight(), rgb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
