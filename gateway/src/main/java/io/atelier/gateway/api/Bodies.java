package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.io.IOException;
import java.io.InputStream;

/** Reads the bodies of calls, no further than they may go. */
public final class Bodies {
    private Bodies() {}

    public static byte[] read(InputStream body, int maxBytes) {
        try {
            byte[] bytes = body.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new GenerationException(ErrorCode.REQUEST_TOO_LARGE, BodyLimit.tooLarge(maxBytes));
            }
            return bytes;
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "The body ended early", e);
        }
    }
}
