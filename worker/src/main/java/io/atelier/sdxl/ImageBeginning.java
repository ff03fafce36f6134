package io.atelier.sdxl;

import io.atelier.ort.OrtRun;
import io.atelier.sdxl.image.Lanczos;
import io.atelier.sdxl.image.RepaintMask;
import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.unet.Denoiser;
import io.atelier.sdxl.unet.Inpainting;
import io.atelier.sdxl.unet.KeptPicture;
import io.atelier.sdxl.unet.LatentPicture;
import io.atelier.sdxl.unet.MaskChannels;
import io.atelier.sdxl.unet.UNet;
import io.atelier.sdxl.vae.LatentDistribution;
import io.atelier.sdxl.vae.PixelConverter;
import io.atelier.sdxl.vae.VaeEncoder;

/**
 * Image-to-image and inpainting: a given picture, encoded once for all pictures of a request and made noisy for each.
 *
 * @see "diffusers pipeline_stable_diffusion_xl_img2img.py and pipeline_stable_diffusion_xl_inpaint.py, prepare_latents"
 */
final class ImageBeginning {
    private final LatentDistribution image;
    private final Scheduler scheduler;
    private final Denoiser first;
    private final boolean isPureNoise;

    private ImageBeginning(StartImage start, LatentDistribution image, Scheduler scheduler, Denoiser first) {
        this.image = image;
        this.scheduler = scheduler;
        this.first = first;
        this.isPureNoise = start.strength() == 1;
    }

    /** What it takes to bring a picture before the UNet. */
    record Models(UNet unet, VaeEncoder encoder, int vaeScaleFactor) {}

    /** @param first takes the first step, and so knows how noisy the picture must be */
    static Beginning encode(
            StartImage start, ImageSize size, Models models, Scheduler scheduler, Denoiser first, OrtRun run) {
        float[] pixels = PixelConverter.toPlanes(Lanczos.resize(start.image(), size.width(), size.height()));
        LatentDistribution image = models.encoder().encode(pixels, size.width(), size.height(), run);
        ImageBeginning beginning = new ImageBeginning(start, image, scheduler, first);
        if (start.mask().isEmpty()) {
            return beginning::imageToImage;
        }
        RepaintMask mask = RepaintMask.of(Lanczos.resize(start.mask().get(), size.width(), size.height()));
        float[] latentMask = mask.latents(models.vaeScaleFactor());
        if (!models.unet().needsMask()) {
            return noise -> beginning.keeping(latentMask, noise);
        }
        LatentDistribution masked = models.encoder().encode(mask.hide(pixels), size.width(), size.height(), run);
        return noise -> beginning.showing(latentMask, masked, noise);
    }

    private LatentPicture imageToImage(NoiseSource noise) {
        float[] latents = image.sample(noise);
        first.addNoise(latents, noise.normal(latents.length));
        return new LatentPicture(latents, Inpainting.NONE, noise);
    }

    /** For a UNet that knows nothing of masks. */
    private LatentPicture keeping(float[] mask, NoiseSource noise) {
        float[] original = image.sample(noise);
        float[] added = noise.normal(original.length);
        // diffusers encodes the masked picture too and throws it away; the noise for it is gone all the same.
        noise.normal(original.length);
        return new LatentPicture(noisy(original, added), new KeptPicture(mask, original, added), noise);
    }

    /** For a UNet that was trained for inpainting. */
    private LatentPicture showing(float[] mask, LatentDistribution masked, NoiseSource noise) {
        float[] original = isPureNoise ? new float[image.size()] : image.sample(noise);
        float[] added = noise.normal(original.length);
        return new LatentPicture(noisy(original, added), MaskChannels.of(mask, masked.sample(noise)), noise);
    }

    private float[] noisy(float[] original, float[] noise) {
        float[] latents = isPureNoise ? noise.clone() : original.clone();
        if (isPureNoise) {
            for (int i = 0; i < latents.length; i++) {
                latents[i] *= scheduler.initNoiseSigma();
            }
        } else {
            first.addNoise(latents, noise);
        }
        return latents;
    }
}
