package io.atelier.worker.draw;

import io.atelier.net.RefusedTargetException;
import io.atelier.net.TargetGuard;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Fetches files from URLs that strangers chose, and only from where a {@link TargetGuard} lets it. Thread safe. */
public final class PictureDownload {
    /** Request Timeout, Too Early, Too Many Requests. */
    private static final Set<Integer> TRY_LATER = Set.of(408, 425, 429);

    private final TargetGuard guard;
    private final Duration timeout;
    private final UnaryOperator<OkHttpClient.Builder> settings;
    private OkHttpClient client;

    /** A file was not to be had; the message is a sentence that names the host. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean retryable;

        Failure(String message, boolean retryable) {
            super(message);
            this.retryable = retryable;
        }

        /** Whether another try may find it. */
        boolean retryable() {
            return retryable;
        }
    }

    /** @param timeout for a whole file, from looking up its host to the last byte */
    public PictureDownload(TargetGuard guard, Duration timeout) {
        this(guard, timeout, UnaryOperator.identity());
    }

    PictureDownload(TargetGuard guard, Duration timeout, UnaryOperator<OkHttpClient.Builder> settings) {
        this.guard = guard;
        this.timeout = timeout;
        this.settings = settings;
    }

    /**
     * Reads a file, and no further than asked.
     *
     * @return the file, or its beginning of {@code maxBytes} if it is longer
     */
    byte[] fetchFirst(String url, int maxBytes) throws Failure {
        HttpUrl target = require(url);
        Request request = new Request.Builder()
                .url(target)
                .header("Accept", "image/png, image/jpeg, image/webp")
                // A compressed answer would be unpacked: more bytes than were sent.
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "atelier")
                .build();
        try (Response response = client().newCall(request).execute()) {
            requireOk(target.host(), response);
            InputStream body = response.body().byteStream();
            return body.readNBytes(maxBytes);
        } catch (RefusedTargetException e) {
            throw new Failure(e.getMessage(), false);
        } catch (UnknownHostException e) {
            throw new Failure("host \"" + target.host() + "\" was not found", true);
        } catch (InterruptedIOException e) {
            throw new Failure("host \"" + target.host() + "\" took longer than " + timeout.toSeconds() + " s", true);
        } catch (IOException e) {
            throw new Failure(
                    "host \"" + target.host() + "\" gave no whole answer ("
                            + e.getClass().getSimpleName() + ")",
                    true);
        }
    }

    private HttpUrl require(String url) throws Failure {
        try {
            return guard.require(url);
        } catch (RefusedTargetException e) {
            throw new Failure(e.getMessage(), false);
        }
    }

    private static void requireOk(String host, Response response) throws Failure {
        int status = response.code();
        if (status == 200) {
            return;
        }
        String message = "host \"" + host + "\" answered with status " + status;
        if (status >= 300 && status < 400) {
            throw new Failure(message + "; redirects are not followed", false);
        }
        throw new Failure(message, status >= 500 || TRY_LATER.contains(status));
    }

    /** Made when first needed: it reads all certificates of the platform, which takes long. */
    private synchronized OkHttpClient client() {
        if (client == null) {
            OkHttpClient.Builder builder = guard.client()
                    .callTimeout(timeout)
                    .connectTimeout(timeout)
                    .readTimeout(timeout)
                    .writeTimeout(timeout);
            client = settings.apply(builder).build();
        }
        return client;
    }
}
