package io.atelier.local;

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
