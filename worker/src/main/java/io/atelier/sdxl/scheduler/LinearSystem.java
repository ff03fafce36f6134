package io.atelier.sdxl.scheduler;

/** A few linear equations in float32, solved by Gaussian elimination with pivots, as LAPACK solves them. */
final class LinearSystem {
    private LinearSystem() {}

    /** Overwrites both arguments. */
    static float[] solve(float[][] rows, float[] right) {
        for (int column = 0; column < right.length; column++) {
            swap(rows, right, column, pivot(rows, column));
            for (int row = column + 1; row < right.length; row++) {
                float factor = rows[row][column] / rows[column][column];
                for (int k = column; k < right.length; k++) {
                    rows[row][k] -= factor * rows[column][k];
                }
                right[row] -= factor * right[column];
            }
        }
        for (int row = right.length - 1; row >= 0; row--) {
            for (int k = row + 1; k < right.length; k++) {
                right[row] -= rows[row][k] * right[k];
            }
            right[row] /= rows[row][row];
        }
        return right;
    }

    private static int pivot(float[][] rows, int column) {
        int best = column;
        for (int row = column + 1; row < rows.length; row++) {
            if (Math.abs(rows[row][column]) > Math.abs(rows[best][column])) {
                best = row;
            }
        }
        return best;
    }

    private static void swap(float[][] rows, float[] right, int first, int second) {
        float[] row = rows[first];
        rows[first] = rows[second];
        rows[second] = row;
        float value = right[first];
        right[first] = right[second];
        right[second] = value;
    }
}
