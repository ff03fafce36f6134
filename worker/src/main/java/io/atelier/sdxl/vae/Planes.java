package io.atelier.sdxl.vae;

/**
 * A picture or its latents, channel by channel.
 *
 * @param values float32 [channels, height, width]; shared, not copied
 */
record Planes(int channels, int height, int width, float[] values) {

    static Planes blank(int channels, int height, int width) {
        return new Planes(channels, height, width, new float[channels * height * width]);
    }

    int index(int channel, int y, int x) {
        return (channel * height + y) * width + x;
    }

    /** The part that begins at {@code top} and {@code left}, smaller where these planes end before. */
    Planes crop(int top, int left, int atMostHeight, int atMostWidth) {
        int cropHeight = Math.min(atMostHeight, height - top);
        int cropWidth = Math.min(atMostWidth, width - left);
        Planes crop = blank(channels, cropHeight, cropWidth);
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < cropHeight; y++) {
                int from = index(channel, top + y, left);
                System.arraycopy(values, from, crop.values, crop.index(channel, y, 0), cropWidth);
            }
        }
        return crop;
    }

    /** Copies the first rows and columns of {@code part} to where {@code top} and {@code left} say. */
    void paste(Planes part, int top, int left, int atMostHeight, int atMostWidth) {
        int pasteHeight = Math.min(Math.min(atMostHeight, part.height), height - top);
        int pasteWidth = Math.min(Math.min(atMostWidth, part.width), width - left);
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < pasteHeight; y++) {
                int to = index(channel, top + y, left);
                System.arraycopy(part.values, part.index(channel, y, 0), values, to, pasteWidth);
            }
        }
    }
}
