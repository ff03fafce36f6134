package io.atelier.worker.draw;

import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.StageTimings;
import java.util.List;

/** What came out of one request, not yet encoded. */
public record Drawing(List<Picture> pictures, StageTimings timings, List<String> warnings) {

    /**
     * @param seed     with which this picture is drawn again, alone
     * @param infotext how it was made, in the words that web interfaces read
     */
    public record Picture(RgbImage image, long seed, String infotext) {}
}
