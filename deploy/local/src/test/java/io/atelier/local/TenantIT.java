package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.local.StartedProgram.Ending;
import io.atelier.message.EventType;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants on a cluster of real processes, and the keys that let them in. */
class TenantIT {
    private static final String BUCKET = "generations";
    private static final Pattern KEY = Pattern.compile("(?m)^atk_([0-9a-f]{16})_[0-9a-f]{64}$");

    @TempDir
    Path data;

    @TempDir
    Path folder;

    @Test
    void two_tenants_get_each_its_own_picture_under_the_same_id() throws Exception {
        try (TestCluster cluster = TestCluster.start(data, 1, Map.of())) {
            cluster.produce(record("order-1", "a red circle on a black background", null));
            cluster.produce(record("order-1", "a green star on a white background", "acme"));

            Generation plain = cluster.events().awaitEnd("order-1");
            Generation theirs = cluster.events().awaitEnd("acme/order-1");

            assertThat(plain.status()).isEqualTo(GenerationStatus.SUCCEEDED);
            assertThat(theirs.status()).isEqualTo(GenerationStatus.SUCCEEDED);
            assertThat(theirs.id().value()).isEqualTo("order-1");
            assertThat(theirs.tenant()).isEqualTo("acme");
            assertThat(plain.output().get(0).key()).isEqualTo("order-1/0.png");
            assertThat(theirs.output().get(0).key()).isEqualTo("tenant=acme/order-1/0.png");
            assertThat(theirs.output().get(0).sha256())
                    .isNotEqualTo(plain.output().get(0).sha256());
            assertThat(cluster.picture(theirs.output().get(0)).getWidth()).isEqualTo(64);
            try (ImageStore store = cluster.store()) {
                assertThat(store.get(new ImageLocation(BUCKET, "order-1/manifest.json")))
                        .isPresent();
                assertThat(store.get(new ImageLocation(BUCKET, "tenant=acme/order-1/manifest.json")))
                        .isPresent();
            }
            assertThat(cluster.events().awaitEvents("acme/order-1", EventType.QUEUED, 1))
                    .hasSize(1);
            assertThat(TestCluster.generation(cluster.get("/v1/generations/order-1"))
                            .tenant())
                    .isEqualTo("default");

            Ending refused = atelier("keys", "list", "--data", data.toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output()).contains("stop it first");
        }
    }

    @Test
    void keys_are_made_listed_and_revoked_on_the_store_of_a_gateway_that_is_not_running() throws Exception {
        Ending added = atelier("keys", "add", "acme", "--data", data.toString());
        assertThat(added.exitCode()).as(added.output()).isZero();
        Matcher key = KEY.matcher(added.output());
        assertThat(key.find()).as(added.output()).isTrue();

        Ending listed = atelier("keys", "list", "--data", data.toString());
        assertThat(listed.exitCode()).as(listed.output()).isZero();
        assertThat(listed.output()).contains(key.group(1)).contains("acme").doesNotContain(key.group());

        Ending revoked = atelier("keys", "revoke", key.group(1), "--data", data.toString());
        assertThat(revoked.exitCode()).as(revoked.output()).isZero();
        assertThat(atelier("keys", "revoke", "0000", "--data", data.toString()).exitCode())
                .isEqualTo(1);
        assertThat(atelier("keys").exitCode()).isEqualTo(2);
    }

    private static ProducerRecord<byte[], byte[]> record(String id, String prompt, String tenant) {
        String json =
                "{\"input\":{\"prompt\":\"" + prompt + "\",\"width\":64,\"height\":64,\"num_inference_steps\":3}}";
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                TestCluster.TOPICS.requests(io.atelier.job.Priority.NORMAL),
                id.getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8));
        if (tenant != null) {
            record.headers().add("ce_tenant", tenant.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    private Ending atelier(String... arguments) throws Exception {
        Path target = TestCluster.home().resolve("deploy/local/target");
        List<String> command = new ArrayList<>(List.of(
                "-Datelier.home=" + TestCluster.home(),
                "-cp",
                target.resolve("atelier-local.jar") + ":" + target.resolve("lib") + "/*",
                "io.atelier.local.cli.AtelierCommand"));
        command.addAll(List.of(arguments));
        return StartedProgram.run(folder, command, Map.of());
    }
}
