package io.atelier.worker.draw;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.OutputSettings;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.image.PngEncoder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Turns pictures into files. */
public final class PictureEncoder {
    private static final int DEFAULT_QUALITY = 90;

    private PictureEncoder() {}

    /** An encoded picture. */
    public record EncodedPicture(byte[] bytes, String contentType, String extension) {}

    /** @throws GenerationException UNSUPPORTED if the settings ask for a format that is not there */
    public static void check(OutputSettings settings) {
        if ("webp".equals(settings.format())) {
            String message = "webp is not there yet; png and jpeg are";
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "output.format: " + message,
                    List.of(new FieldError("output.format", message, "\"webp\"")));
        }
    }

    public static EncodedPicture encode(Drawing.Picture picture, OutputSettings settings) {
        if ("jpeg".equals(settings.format())) {
            int quality = settings.quality() == null ? DEFAULT_QUALITY : settings.quality();
            return new EncodedPicture(jpeg(picture.image(), quality), "image/jpeg", "jpg");
        }
        boolean withParameters = !Boolean.FALSE.equals(settings.metadata());
        Optional<String> infotext = withParameters ? Optional.of(picture.infotext()) : Optional.empty();
        return new EncodedPicture(PngEncoder.encode(picture.image(), infotext), "image/png", "png");
    }

    private static byte[] jpeg(RgbImage image, int quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(quality / 100f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(buffered(image), null, null), parameters);
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.INTERNAL, "The picture cannot be encoded as JPEG", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage buffered(RgbImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int colour = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
            buffered.setRGB(i % image.width(), i / image.width(), colour);
        }
        return buffered;
    }
}
