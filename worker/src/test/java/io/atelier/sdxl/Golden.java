package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Expected values that the scripts in deploy/golden took from PyTorch, transformers and diffusers. */
public final class Golden {
    private Golden() {}

    public static JsonNode json(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the pictures that diffusers drew. */
    public static RgbImage picture(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/cases/" + name + ".png")) {
            return toRgb(ImageIO.read(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RgbImage picture(Path file) {
        try {
            return toRgb(ImageIO.read(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RgbImage toRgb(BufferedImage image) {
        byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
        int next = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int pixel = image.getRGB(x, y);
                rgb[next++] = (byte) (pixel >> 16);
                rgb[next++] = (byte) (pixel >> 8);
                rgb[next++] = (byte) pixel;
            }
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    public static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }
}
