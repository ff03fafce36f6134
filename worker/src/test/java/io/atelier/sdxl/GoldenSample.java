package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;

/** Every so-manieth number of a tensor that PyTorch computed. */
record GoldenSample(int size, int stride, float[] values) {

    static GoldenSample of(JsonNode json) {
        return new GoldenSample(
                json.get("size").asInt(), json.get("stride").asInt(), Golden.floats(json.get("values")));
    }

    /** The largest difference to the same numbers of ours, which must be as many. */
    double largestError(float[] actual) {
        if (actual.length != size) {
            throw new AssertionError(actual.length + " numbers, but PyTorch has " + size);
        }
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            double error = Math.abs((double) values[i] - actual[i * stride]);
            largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, error);
        }
        return largest;
    }

    /** That difference, relative to the largest of the numbers where they are larger than 1. */
    double largestRelativeError(float[] actual) {
        double scale = 1;
        for (float value : values) {
            scale = Math.max(scale, Math.abs(value));
        }
        return largestError(actual) / scale;
    }
}
