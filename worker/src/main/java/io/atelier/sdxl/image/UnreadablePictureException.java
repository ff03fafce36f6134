package io.atelier.sdxl.image;

/** A file that is no picture, or none that can be drawn from; the message is a sentence for whoever sent it. */
public final class UnreadablePictureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadablePictureException(String message) {
        super(message);
    }

    public UnreadablePictureException(String message, Throwable cause) {
        super(message, cause);
    }
}
