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
     * @param predictions float32 [B, 4, H/8, W/8], negative first
     * @param into        float32 [4, H/8, W/8], overwritten
     */
    void combine(FloatTensor predictions, int rows, float[] into) {
        if (rows == 1) {
            predictions.get(0, into);
            return;
        }
        float[] text = new float[into.length];
        predictions.get(0, into);
        predictions.get(into.length, text);
        float weight = (float) scale;
        for (int i = 0; i < into.length; i++) {
            into[i] += weight * (text[i] - into[i]);
        }
        if (rescale > 0) {
            rescale(into, text);
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

    private static double standardDeviation(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= values.length;
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1)); // unbiased, as torch.std
    }
}
