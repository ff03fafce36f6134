package io.atelier.storage;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** An {@link ImageStore} on any S3-compatible server. Thread safe; its calls block. */
public final class S3ImageStore implements ImageStore {
    private static final Set<String> BUCKET_THERE = Set.of("BucketAlreadyOwnedByYou", "BucketAlreadyExists");
    private static final String NO_SUCH_KEY = "NoSuchKey";
    private static final Map<String, String> IF_ABSENT = Map.of("If-None-Match", "*");
    /** Precondition failed; or a conflict, when another conditional write of the object is under way. */
    private static final Set<Integer> ALREADY_THERE = Set.of(412, 409);

    private final S3Settings settings;
    private final OkHttpClient http;
    private final MinioClient client;
    private final MinioClient presigner;

    public S3ImageStore(S3Settings settings) {
        this.settings = settings;
        this.http = httpClient(settings);
        this.client = client(settings.endpoint());
        // The host is part of the signature, so URLs for others need a client of their own. It never connects.
        this.presigner = client(settings.publicEndpoint().orElse(settings.endpoint()));
    }

    private static OkHttpClient httpClient(S3Settings settings) {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectTimeout(settings.timeout())
                .readTimeout(settings.timeout())
                .writeTimeout(settings.timeout())
                .protocols(List.of(Protocol.HTTP_1_1));
        if (settings.endpoint().getScheme().equals("http")) {
            // Loading the platform's certificates takes longer than all the rest of the start.
            builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        }
        return builder.build();
    }

    private MinioClient client(URI endpoint) {
        return MinioClient.builder()
                .endpoint(endpoint.toString())
                .region(settings.region())
                .credentials(settings.accessKey(), settings.secretKey())
                .httpClient(http)
                .build();
    }

    @Override
    public void prepareBucket(String bucket, boolean create) {
        if (call(
                "look for bucket " + bucket,
                () -> client.bucketExists(
                        BucketExistsArgs.builder().bucket(bucket).build()))) {
            return;
        }
        if (!create) {
            throw new GenerationException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "Bucket " + bucket + " does not exist on " + settings + " and may not be created");
        }
        call("create bucket " + bucket, () -> {
            makeBucket(bucket);
            return null;
        });
    }

    /** Several workers may start at once and all see that the bucket is missing. */
    private void makeBucket(String bucket) throws MinioException {
        try {
            client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        } catch (ErrorResponseException e) {
            if (!BUCKET_THERE.contains(e.errorResponse().code())) {
                throw e;
            }
        }
    }

    @Override
    public void put(ImageLocation location, byte[] content, String contentType) {
        call(
                "store " + location,
                () -> client.putObject(object(location, content, contentType).build()));
    }

    @Override
    public boolean putIfAbsent(ImageLocation location, byte[] content, String contentType) {
        return call("store " + location, () -> {
            PutObjectArgs.Builder object = object(location, content, contentType);
            try {
                client.putObject(object.extraHeaders(IF_ABSENT).build());
                return true;
            } catch (ErrorResponseException e) {
                if (ALREADY_THERE.contains(e.response().code())) {
                    return false;
                }
                throw e;
            }
        });
    }

    private static PutObjectArgs.Builder object(ImageLocation location, byte[] content, String contentType) {
        return PutObjectArgs.builder()
                .bucket(location.bucket())
                .object(location.key())
                .data(content, content.length)
                .contentType(contentType);
    }

    @Override
    public Optional<byte[]> get(ImageLocation location) {
        return getFirst(location, Integer.MAX_VALUE);
    }

    @Override
    public Optional<byte[]> getFirst(ImageLocation location, int maxBytes) {
        return call("read " + location, () -> {
            GetObjectArgs args = GetObjectArgs.builder()
                    .bucket(location.bucket())
                    .object(location.key())
                    .build();
            if (!exists(location)) {
                return Optional.empty();
            }
            try (InputStream in = client.getObject(args)) {
                return Optional.of(in.readNBytes(maxBytes));
            } catch (ErrorResponseException e) {
                refuseUnlessMissing(e);
                return Optional.empty();
            }
        });
    }

    /**
     * Asked before an object is read, since every job looks for an end that is usually not there. The answer to a read of
     * nothing is XML, and the client makes its parser anew for each: 10 to 30 ms of a processor, one thread after the other.
     */
    private boolean exists(ImageLocation location) throws MinioException {
        try {
            client.statObject(StatObjectArgs.builder()
                    .bucket(location.bucket())
                    .object(location.key())
                    .build());
            return true;
        } catch (ErrorResponseException e) {
            refuseUnlessMissing(e);
            return false;
        }
    }

    private static void refuseUnlessMissing(ErrorResponseException e) throws ErrorResponseException {
        if (!NO_SUCH_KEY.equals(e.errorResponse().code())) {
            throw e;
        }
    }

    @Override
    public URI presign(ImageLocation location, Duration validity) {
        return call(
                "presign " + location,
                () -> URI.create(presigner.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
                        .method(Http.Method.GET)
                        .bucket(location.bucket())
                        .object(location.key())
                        .expiry((int) validity.toSeconds())
                        .build())));
    }

    @Override
    public void close() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    private <T> T call(String action, StoreCall<T> call) {
        try {
            return call.run();
        } catch (MinioException | IOException | IllegalStateException e) {
            // The client wraps a refused connection into an IllegalStateException.
            throw new GenerationException(
                    ErrorCode.STORAGE_UNAVAILABLE, "Cannot " + action + " on " + settings + ": " + reason(e), e);
        }
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private interface StoreCall<T> {
        T run() throws MinioException, IOException;
    }
}
