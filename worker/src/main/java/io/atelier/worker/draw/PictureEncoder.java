package io.atelier.worker.draw;

import io.atelier.job.OutputSettings;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.image.JpegEncoder;
import io.atelier.sdxl.image.PngEncoder;
import io.atelier.sdxl.image.WebpEncoder;
import java.util.Optional;

/** Turns pictures into files: sRGB without a colour profile, and with the parameters unless they are not wanted. */
public final class PictureEncoder {
    private static final String PNG = "png";
    private static final int DEFAULT_QUALITY = 90;

    private PictureEncoder() {}

    /** An encoded picture. */
    public record EncodedPicture(byte[] bytes, String contentType, String extension) {}

    public static EncodedPicture encode(Drawing.Picture picture, OutputSettings settings) {
        boolean withParameters = !Boolean.FALSE.equals(settings.metadata());
        Optional<String> infotext = withParameters ? Optional.of(picture.infotext()) : Optional.empty();
        int quality = settings.quality() == null ? DEFAULT_QUALITY : settings.quality();
        RgbImage image = picture.image();
        switch (settings.format() == null ? PNG : settings.format()) {
            case "jpeg":
                return new EncodedPicture(JpegEncoder.encode(image, quality, infotext), "image/jpeg", "jpg");
            case "webp":
                return new EncodedPicture(WebpEncoder.encode(image, quality, infotext), "image/webp", "webp");
            default:
                return new EncodedPicture(PngEncoder.encode(image, infotext), "image/png", PNG);
        }
    }
}
