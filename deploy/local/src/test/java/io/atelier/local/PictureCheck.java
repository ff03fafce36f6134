package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;

/** Looks at a picture as a person would, roughly. */
final class PictureCheck {
    private PictureCheck() {}

    enum Hue {
        RED,
        YELLOW,
        OTHER
    }

    /** A big red circle on a yellow background, at the embedded model's own size. */
    static void assertIsRedCircleOnYellow(BufferedImage picture) {
        assertThat(picture.getWidth()).isEqualTo(128);
        assertThat(picture.getHeight()).isEqualTo(128);
        assertThat(hue(picture, 64, 64)).isEqualTo(Hue.RED);
        assertThat(shareOfBorder(picture, 6, Hue.YELLOW)).isGreaterThan(0.9);
        // A big circle covers between a sixth and two thirds of the picture.
        assertThat(share(picture, Hue.RED)).isBetween(0.17, 0.67);
    }

    /** The hue of one pixel. */
    static Hue hue(BufferedImage picture, int x, int y) {
        Color c = new Color(picture.getRGB(x, y));
        if (c.getRed() > 150 && c.getGreen() < 110 && c.getBlue() < 110) {
            return Hue.RED;
        }
        if (c.getRed() > 170 && c.getGreen() > 140 && c.getBlue() < 130) {
            return Hue.YELLOW;
        }
        return Hue.OTHER;
    }

    /** The share of pixels within {@code margin} of the border that have this hue. */
    static double shareOfBorder(BufferedImage picture, int margin, Hue hue) {
        int seen = 0;
        int right = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int fromBorder =
                        Math.min(Math.min(x, picture.getWidth() - 1 - x), Math.min(y, picture.getHeight() - 1 - y));
                if (fromBorder < margin) {
                    seen++;
                    right += hue(picture, x, y) == hue ? 1 : 0;
                }
            }
        }
        return (double) right / seen;
    }

    /** The share of all pixels that have this hue. */
    static double share(BufferedImage picture, Hue hue) {
        return shareOfBorder(picture, Math.max(picture.getWidth(), picture.getHeight()), hue);
    }
}
