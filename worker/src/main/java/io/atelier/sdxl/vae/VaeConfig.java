package io.atelier.sdxl.vae;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.model.ModelFolder;

/**
 * What a VAE's config.json says. Its {@code force_upcast} asks for float32; the element type is the graph's here, so that
 * a float16 export of a VAE which overflows shows as NOT_A_NUMBER.
 *
 * @param scaleFactor pixels per latent, along each side
 * @param sampleSize  pixels along each side of the pictures that it was trained on
 */
record VaeConfig(LatentScaling scaling, int scaleFactor, int sampleSize) {
    private static final String FILE = "config.json";

    static VaeConfig load(ModelFolder vae) {
        JsonNode config = vae.json(FILE);
        LatentScaling scaling = LatentScaling.of(vae, config);
        int levels = config.path("block_out_channels").size();
        if (levels == 0) {
            throw vae.invalid(FILE, "has no block_out_channels");
        }
        int scaleFactor = 1 << (levels - 1); // each level but the first halves the picture
        int sampleSize = config.path("sample_size").asInt();
        return new VaeConfig(scaling, scaleFactor, Math.max(sampleSize, scaleFactor));
    }

    int latentTile() {
        return sampleSize / scaleFactor;
    }
}
