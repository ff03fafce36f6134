package io.atelier.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The contract on any S3-compatible store: set ATELIER_TEST_S3_ENDPOINT, _REGION, _ACCESS_KEY and _SECRET_KEY. It leaves
 * buckets named atelier-test-… behind.
 */
@EnabledIfEnvironmentVariable(
        named = "ATELIER_TEST_S3_ENDPOINT",
        matches = "https?://.+",
        disabledReason = "no external S3 store is configured")
class ExternalS3ImageStoreTest extends ImageStoreContract {
    @Override
    protected ImageStore open() {
        return new S3ImageStore(new S3Settings(
                URI.create(System.getenv("ATELIER_TEST_S3_ENDPOINT")),
                Optional.empty(),
                System.getenv().getOrDefault("ATELIER_TEST_S3_REGION", "us-east-1"),
                System.getenv("ATELIER_TEST_S3_ACCESS_KEY"),
                System.getenv("ATELIER_TEST_S3_SECRET_KEY"),
                Duration.ofSeconds(30)));
    }
}
