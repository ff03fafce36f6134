package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;

/**
 * Leads away from the prediction without the prompt, towards the one with it (Ho and Salimans 2022).
 *
 * @param scale   1 and below: no guidance, and predictions have one row only
 * @param rescale how far to bring the result back to the spread of the prompted prediction (Lin et al. 2023, 3.4)
 * @see "diffusers pipeline_stable_diffusion_xl.py, perform guidance and rescale_noise_cfg"
 */
public record ClassifierFreeGuidance(double scale, double rescale) {
    private static final int SUMS = 512;

    /**
     * Takes one picture's predictions out of a batch.
     *
     * @param predictions float32 [n, 4, H/8, W/8], or [2n, 4, H/8, W/8] with the negatives of all pictures first
     * @param picture     0 to n - 1
     * @param into        float32 [4, H/8, W/8], overwritten
     * @param scratch     as large, overwritten
     */
    void combine(FloatTensor predictions, int picture, int pictures, float[] into, float[] scratch) {
        int size = into.length;
        predictions.get(picture * size, into);
        if (predictions.shape().dimension(0) == pictures) {
            return;
        }
        predictions.get((pictures + picture) * size, scratch);
        float weight = (float) scale;
        for (int i = 0; i < size; i++) {
            into[i] += weight * (scratch[i] - into[i]);
        }
        if (rescale > 0) {
            rescale(into, scratch);
        }
    }

    private void rescale(float[] guided, float[] text) {
        float ratio = (float) standardDeviation(text) / (float) standardDeviation(guided);
        float share = (float) rescale;
        float rest = (float) (1 - rescale);
        for (int i = 0; i < guided.length; i++) {
            guided[i] = share * (guided[i] * ratio) + rest * guided[i];
        }
    }

    /**
     * In one pass. Java adds up floating-point numbers one by one, in order, but whole rows of them side by side, if all rows
     * begin at the same index: so each of many sums takes few numbers, which float32 has digits enough for, and doubles add up
     * the sums.
     */
    static double standardDeviation(float[] values) {
        float[] sums = new float[Math.min(SUMS, values.length)];
        float[] squares = new float[sums.length];
        float[] row = new float[sums.length];
        for (int from = 0; from < values.length; from += SUMS) {
            int length = Math.min(SUMS, values.length - from);
            System.arraycopy(values, from, row, 0, length);
            for (int i = 0; i < length; i++) {
                sums[i] += row[i];
            }
            for (int i = 0; i < length; i++) {
                squares[i] += row[i] * row[i];
            }
        }
        double sum = 0;
        double square = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += sums[i];
            square += squares[i];
        }
        double spread = square - sum * sum / values.length;
        return Math.sqrt(spread / (values.length - 1)); // unbiased, as torch.std
    }
}
