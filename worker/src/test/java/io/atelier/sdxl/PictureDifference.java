package io.atelier.sdxl;

/**
 * How far apart the channel values of two pictures of one size are, 0 to 255.
 *
 * @param withinOne share of the values that differ by 1 at most
 */
record PictureDifference(int largest, double mean, double withinOne) {
    static PictureDifference between(RgbImage one, RgbImage other) {
        if (one.width() != other.width() || one.height() != other.height()) {
            throw new AssertionError("The pictures differ in size: " + one.width() + "x" + one.height() + ", "
                    + other.width() + "x" + other.height());
        }
        int largest = 0;
        int within = 0;
        long sum = 0;
        for (int i = 0; i < one.rgb().length; i++) {
            int difference = Math.abs((one.rgb()[i] & 0xff) - (other.rgb()[i] & 0xff));
            largest = Math.max(largest, difference);
            within += difference <= 1 ? 1 : 0;
            sum += difference;
        }
        double values = one.rgb().length;
        return new PictureDifference(largest, sum / values, within / values);
    }
}
