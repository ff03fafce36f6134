package io.atelier.sdxl.unet;

/**
 * Inpainting with a UNet that was trained for it and sees the mask and what lies outside of it.
 *
 * @param extraChannels float32 [5, H/8, W/8]: the mask, then the latents of the picture with the masked part blanked
 */
public record MaskChannels(float[] extraChannels) implements Inpainting {

    public static MaskChannels of(float[] mask, float[] maskedLatents) {
        float[] channels = new float[mask.length + maskedLatents.length];
        System.arraycopy(mask, 0, channels, 0, mask.length);
        System.arraycopy(maskedLatents, 0, channels, mask.length, maskedLatents.length);
        return new MaskChannels(channels);
    }

    @Override
    public Inpainting forRefiner() {
        return NONE;
    }
}
