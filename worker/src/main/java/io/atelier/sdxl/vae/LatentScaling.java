package io.atelier.sdxl.vae;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.unet.LatentShape;
import java.util.Arrays;

/**
 * How training brought the VAE's latents to unit variance.
 *
 * @param mean              per channel, zeros for most models
 * @param standardDeviation per channel, ones for most models
 * @see "diffusers pipeline_stable_diffusion_xl.py, unscale/denormalize the latents"
 */
record LatentScaling(float scalingFactor, float[] mean, float[] standardDeviation) {
    private static final String FILE = "config.json";

    static LatentScaling of(ModelFolder vae, JsonNode config) {
        double factor = config.path("scaling_factor").asDouble();
        if (!(factor > 0)) {
            throw vae.invalid(FILE, "has no scaling_factor");
        }
        JsonNode mean = config.path("latents_mean");
        JsonNode deviation = config.path("latents_std");
        if (!mean.isArray() || !deviation.isArray()) { // one without the other counts as none, as in diffusers
            float[] ones = new float[LatentShape.CHANNELS];
            Arrays.fill(ones, 1);
            return new LatentScaling((float) factor, new float[LatentShape.CHANNELS], ones);
        }
        return new LatentScaling((float) factor, channels(vae, mean), channels(vae, deviation));
    }

    private static float[] channels(ModelFolder vae, JsonNode values) {
        if (values.size() != LatentShape.CHANNELS) {
            throw vae.invalid(FILE, "has latents_mean or latents_std for " + values.size() + " channels");
        }
        float[] channels = new float[values.size()];
        for (int i = 0; i < channels.length; i++) {
            channels[i] = (float) values.get(i).asDouble();
        }
        return channels;
    }

    /** What the UNet takes, from what the encoder gave. */
    float[] apply(float[] latents) {
        int pixels = latents.length / mean.length;
        float[] scaled = new float[latents.length];
        for (int i = 0; i < latents.length; i++) {
            int channel = i / pixels;
            scaled[i] = (latents[i] - mean[channel]) * scalingFactor / standardDeviation[channel];
        }
        return scaled;
    }

    /** What the decoder takes. */
    float[] undo(float[] latents) {
        int pixels = latents.length / mean.length;
        float[] undone = new float[latents.length];
        for (int i = 0; i < latents.length; i++) {
            int channel = i / pixels;
            undone[i] = latents[i] * standardDeviation[channel] / scalingFactor + mean[channel];
        }
        return undone;
    }
}
