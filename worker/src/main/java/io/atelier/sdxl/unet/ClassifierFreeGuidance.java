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

    /** Of an even number of values. One pass, for which doubles have digits enough; two sums side by side are faster. */
    private static double standardDeviation(float[] values) {
        double sum = 0;
        double oddSum = 0;
        double squares = 0;
        double oddSquares = 0;
        for (int i = 0; i + 1 < values.length; i += 2) {
            double even = values[i];
            double odd = values[i + 1];
            sum += even;
            oddSum += odd;
            squares += even * even;
            oddSquares += odd * odd;
        }
        sum += oddSum;
        double spread = squares + oddSquares - sum * sum / values.length;
        return Math.sqrt(spread / (values.length - 1)); // unbiased, as torch.std
    }
}
