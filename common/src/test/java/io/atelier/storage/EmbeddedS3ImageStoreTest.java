package io.atelier.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real S3 server in this process, and what only such a server shows. */
class EmbeddedS3ImageStoreTest extends ImageStoreContract {
    @TempDir
    static Path folder;

    private static S3Proxy server;

    @BeforeAll
    static void start() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        server = S3Proxy.builder()
                .blobStore(BlobStores.create("filesystem-nio2", properties))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "access", "secret")
                .build();
        server.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    @Override
    protected ImageStore open() {
        return open("secret", Optional.empty());
    }

    private static ImageStore open(String secret, Optional<URI> publicEndpoint) {
        return new S3ImageStore(settings(server.getPort(), secret, publicEndpoint));
    }

    private static S3Settings settings(int port, String secret, Optional<URI> publicEndpoint) {
        return new S3Settings(
                URI.create("http://127.0.0.1:" + port),
                publicEndpoint,
                "us-east-1",
                "access",
                secret,
                Duration.ofSeconds(5));
    }

    @Test
    void presigned_urls_carry_the_public_endpoint() {
        try (ImageStore store = open("secret", Optional.of(URI.create("https://pictures.example.com")))) {
            assertThat(store.presign(new ImageLocation("bucket", "a/0.png"), Duration.ofSeconds(90)))
                    .hasHost("pictures.example.com")
                    .hasPath("/bucket/a/0.png")
                    .hasParameter("X-Amz-Expires", "90");
        }
    }

    @Test
    void a_wrong_secret_is_told_and_does_not_appear_in_the_message() {
        try (ImageStore store = open("hunter2hunter2", Optional.empty())) {
            assertThatThrownBy(() -> store.prepareBucket("bucket", true))
                    .isInstanceOfSatisfying(
                            GenerationException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                    .hasMessageContaining("127.0.0.1:" + server.getPort())
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void a_server_that_is_not_there_is_named() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (ImageStore store = new S3ImageStore(settings(port, "secret", Optional.empty()))) {
            assertThatThrownBy(() -> store.get(new ImageLocation("bucket", "key")))
                    .isInstanceOfSatisfying(
                            GenerationException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }
}
