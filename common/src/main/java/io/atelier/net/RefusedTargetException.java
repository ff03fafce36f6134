package io.atelier.net;

import java.net.UnknownHostException;

/**
 * A URL leads where no request of ours may go. It is an {@link UnknownHostException} because that is what okhttp lets a
 * resolver throw.
 */
public final class RefusedTargetException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    RefusedTargetException(String message) {
        super(message);
    }
}
