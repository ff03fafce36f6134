package io.atelier.sdxl;

/** Where a training picture would have been cropped, in pixels; (0, 0) gives centred objects. */
public record CropOffset(int top, int left) {
    public static final CropOffset NONE = new CropOffset(0, 0);
}
