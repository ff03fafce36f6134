package io.atelier.sdxl.noise;

/**
 * Natural logarithm, sine and cosine with the rounding of PyTorch's AVX2 kernels. The order of operations and every
 * fused multiply-add are part of the result: with {@link Math#log} and {@link Math#cos} a third of all noise values would
 * differ in their last bits.
 *
 * @see "pytorch: ATen/native/cpu/avx_mathfun.h, log256_ps and sincos256_ps, after the compiler's contraction"
 */
final class VectorMath {
    private static final float SMALLEST_NORMAL = 1.17549435e-38f;
    private static final float SQRT_HALF = 0.707106781186547524f;
    private static final float[] LOG = {
        7.0376836292e-2f,
        -1.1514610310e-1f,
        1.1676998740e-1f,
        -1.2420140846e-1f,
        1.4249322787e-1f,
        -1.6668057665e-1f,
        2.0000714765e-1f,
        -2.4999993993e-1f,
        3.3333331174e-1f
    };
    private static final float LOG_2_LOW = -2.12194440e-4f;
    private static final float LOG_2_HIGH = 0.693359375f;

    private static final float FOUR_OVER_PI = 1.27323954473516f;
    private static final float QUARTER_PI_HIGH = -0.78515625f;
    private static final float QUARTER_PI_MIDDLE = -2.4187564849853515625e-4f;
    private static final float QUARTER_PI_LOW = -3.77489497744594108e-8f;

    private VectorMath() {}

    static float log(float value) {
        float x = Math.max(value, SMALLEST_NORMAL);
        int bits = Float.floatToRawIntBits(x);
        float e = (bits >>> 23) - 126; // the exponent for a mantissa in [0.5, 1)
        float mantissa = Float.intBitsToFloat((bits & 0x007fffff) | 0x3f000000);
        if (mantissa < SQRT_HALF) {
            e -= 1;
            x = (mantissa - 1) + mantissa;
        } else {
            x = mantissa - 1;
        }
        float z = x * x;
        float y = LOG[0];
        for (int k = 1; k < LOG.length; k++) {
            y = Math.fma(y, x, LOG[k]);
        }
        y = y * x;
        y = Math.fma(y, z, e * LOG_2_LOW);
        y = Math.fma(-z, 0.5f, y);
        x = x + y;
        return Math.fma(e, LOG_2_HIGH, x);
    }

    static float sin(float angle) {
        int octant = octant(angle);
        float x = reduced(angle, octant);
        float sine = (octant & 2) == 0 ? sinPolynomial(x) : cosPolynomial(x);
        return (octant & 4) == 0 ? sine : -sine;
    }

    static float cos(float angle) {
        int octant = octant(angle);
        float x = reduced(angle, octant);
        float cosine = (octant & 2) == 0 ? cosPolynomial(x) : sinPolynomial(x);
        return ((octant - 2) & 4) == 0 ? -cosine : cosine;
    }

    private static int octant(float angle) {
        return ((int) (angle * FOUR_OVER_PI) + 1) & ~1;
    }

    private static float reduced(float angle, int octant) {
        float x = Math.fma((float) octant, QUARTER_PI_HIGH, angle);
        x = Math.fma((float) octant, QUARTER_PI_MIDDLE, x);
        return Math.fma((float) octant, QUARTER_PI_LOW, x);
    }

    private static float cosPolynomial(float x) {
        float z = x * x;
        float y = Math.fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
        y = Math.fma(y, z, 4.166664568298827e-2f);
        y = y * z;
        y = Math.fma(y, z, -(z * 0.5f));
        return y + 1;
    }

    private static float sinPolynomial(float x) {
        float z = x * x;
        float y = Math.fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
        y = Math.fma(y, z, -1.6666654611e-1f);
        y = y * z;
        return Math.fma(y, x, x);
    }
}
