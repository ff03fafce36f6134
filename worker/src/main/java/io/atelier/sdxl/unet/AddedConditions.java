package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.CropOffset;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.MicroConditions;
import io.atelier.sdxl.PixelSize;
import java.util.Optional;

/**
 * The numbers that SDXL is told beside the text, height before width everywhere.
 *
 * @see "diffusers pipeline_stable_diffusion_xl.py and pipeline_stable_diffusion_xl_img2img.py, _get_add_time_ids"
 */
public final class AddedConditions {
    private AddedConditions() {}

    /**
     * Original size, crop and target size, as the base model takes them.
     *
     * @return float32 [B, 6], negative first when guided
     */
    public static FloatTensor withTargetSize(MicroConditions conditions, ImageSize size, boolean guided) {
        PixelSize drawn = new PixelSize(size.width(), size.height());
        float[] positive = sizes(
                conditions.originalSize().orElse(drawn),
                conditions.cropTopLeft(),
                conditions.targetSize().orElse(drawn));
        return rows(guided, negativeSizes(conditions).orElse(positive), positive);
    }

    /**
     * Original size, crop and aesthetic score, as the refiner takes them.
     *
     * @return float32 [B, 5], negative first when guided
     */
    public static FloatTensor withAestheticScore(
            MicroConditions conditions, ImageSize size, double score, double negativeScore, boolean guided) {
        PixelSize drawn = new PixelSize(size.width(), size.height());
        PixelSize original = conditions.originalSize().orElse(drawn);
        PixelSize negativeOriginal = conditions.negativeOriginalSize().orElse(original);
        return rows(
                guided,
                scored(negativeOriginal, conditions.negativeCropTopLeft(), negativeScore),
                scored(original, conditions.cropTopLeft(), score));
    }

    private static Optional<float[]> negativeSizes(MicroConditions conditions) {
        return conditions
                .negativeOriginalSize()
                .flatMap(original -> conditions
                        .negativeTargetSize()
                        .map(target -> sizes(original, conditions.negativeCropTopLeft(), target)));
    }

    private static float[] sizes(PixelSize original, CropOffset crop, PixelSize target) {
        return new float[] {
            original.height(), original.width(), crop.top(), crop.left(), target.height(), target.width()
        };
    }

    private static float[] scored(PixelSize original, CropOffset crop, double score) {
        return new float[] {original.height(), original.width(), crop.top(), crop.left(), (float) score};
    }

    private static FloatTensor rows(boolean guided, float[] negative, float[] positive) {
        int rows = guided ? 2 : 1;
        FloatTensor ids = FloatTensor.allocate(TensorShape.of(rows, positive.length));
        ids.put(0, negative);
        ids.put((rows - 1) * positive.length, positive);
        return ids;
    }
}
