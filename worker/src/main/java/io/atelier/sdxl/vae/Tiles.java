package io.atelier.sdxl.vae;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs a half of the VAE tile by tile, so that memory does not grow with the picture. Tiles overlap by a quarter and are
 * blended there. What comes out differs slightly from the whole at once, because each tile is normalised by itself.
 *
 * @param inputTile  side of a tile of what goes in
 * @param outputTile side of a tile of what comes out
 * @see "diffusers models/autoencoders/autoencoder_kl.py, tiled_decode and _tiled_encode"
 */
record Tiles(int inputTile, int outputTile) {
    private static final double OVERLAP = 0.25;

    /** Whether there is more than one tile. */
    boolean divide(Planes input) {
        return input.height() > inputTile || input.width() > inputTile;
    }

    Planes transform(Planes input, UnaryOperator<Planes> model, int outputChannels) {
        int stride = (int) (inputTile * (1 - OVERLAP));
        int blend = (int) (outputTile * OVERLAP);
        int kept = outputTile - blend;
        Planes output = Planes.blank(
                outputChannels, input.height() * outputTile / inputTile, input.width() * outputTile / inputTile);
        List<Planes> above = List.of();
        for (int top = 0, toTop = 0; top < input.height(); top += stride, toTop += kept) {
            List<Planes> row = new ArrayList<>();
            for (int left = 0; left < input.width(); left += stride) {
                row.add(model.apply(input.crop(top, left, inputTile, inputTile)));
            }
            for (int column = 0; column < row.size(); column++) {
                // Neighbours that were blended already are blended from, as in diffusers.
                if (!above.isEmpty()) {
                    blendRows(above.get(column), row.get(column), blend);
                }
                if (column > 0) {
                    blendColumns(row.get(column - 1), row.get(column), blend);
                }
                output.paste(row.get(column), toTop, column * kept, kept, kept);
            }
            above = row;
        }
        return output;
    }

    private static void blendRows(Planes above, Planes tile, int most) {
        int extent = Math.min(Math.min(above.height(), tile.height()), most);
        for (int y = 0; y < extent; y++) {
            for (int channel = 0; channel < tile.channels(); channel++) {
                int from = above.index(channel, above.height() - extent + y, 0);
                int to = tile.index(channel, y, 0);
                for (int x = 0; x < tile.width(); x++) {
                    blend(above.values(), from + x, tile.values(), to + x, (double) y / extent);
                }
            }
        }
    }

    private static void blendColumns(Planes left, Planes tile, int most) {
        int extent = Math.min(Math.min(left.width(), tile.width()), most);
        for (int x = 0; x < extent; x++) {
            for (int channel = 0; channel < tile.channels(); channel++) {
                for (int y = 0; y < tile.height(); y++) {
                    int from = left.index(channel, y, left.width() - extent + x);
                    blend(left.values(), from, tile.values(), tile.index(channel, y, x), (double) x / extent);
                }
            }
        }
    }

    private static void blend(float[] from, int fromIndex, float[] to, int toIndex, double share) {
        to[toIndex] = from[fromIndex] * (float) (1 - share) + to[toIndex] * (float) share;
    }
}
