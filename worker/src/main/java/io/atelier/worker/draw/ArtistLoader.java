package io.atelier.worker.draw;

/** Makes an {@link Artist}, which may take minutes. */
@FunctionalInterface
public interface ArtistLoader {

    /**
     * Called once, on the thread that will draw.
     *
     * @param inputPictures where requests may begin with a picture
     * @return warmed up: its first job takes no longer than the others
     * @throws io.atelier.error.GenerationException MODEL_INVALID and others, with a sentence for the operator
     */
    Artist load(InputPictures inputPictures);
}
