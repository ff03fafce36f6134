package io.atelier.worker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.storage.ImageLocation;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantFoldersTest {
    private final MemoryStore store = new MemoryStore();
    private final ResultStore results = new ResultStore(store, Map.of("default", "generations"));

    @Test
    void two_tenants_ends_of_the_same_id_lie_apart() {
        GenerationId plain = new GenerationId("my-1");
        GenerationId theirs = new GenerationId("acme", "my-1");

        results.commit(new Manifest(end(plain, GenerationStatus.CANCELED), "digest", 0));
        assertThat(results.ended(theirs)).isEmpty();
        results.commit(new Manifest(end(theirs, GenerationStatus.EXPIRED), "other", 0));

        assertThat(store.locations())
                .extracting(ImageLocation::key)
                .containsExactlyInAnyOrder("my-1/manifest.json", "tenant=acme/my-1/manifest.json");
        assertThat(results.ended(plain).orElseThrow().generation().status()).isEqualTo(GenerationStatus.CANCELED);
        assertThat(results.ended(theirs).orElseThrow().generation().id()).isEqualTo(theirs);
        assertThat(results.ended(theirs).orElseThrow().generation().status()).isEqualTo(GenerationStatus.EXPIRED);
    }

    private static Generation end(GenerationId id, GenerationStatus status) {
        return new Generation.Builder()
                .id(id)
                .status(status)
                .createdAt(Instant.EPOCH)
                .build();
    }
}
