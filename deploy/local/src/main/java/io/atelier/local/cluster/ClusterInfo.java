package io.atelier.local.cluster;

import io.atelier.message.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a running local cluster can be reached. Kept as {@code cluster.json} in its data folder while it runs, so that a
 * later command finds it.
 *
 * @param pid of the launcher, with which the whole cluster ends
 */
public record ClusterInfo(long pid, String gateway, String kafka, ObjectStore s3, String logs) {

    public record ObjectStore(String endpoint, String region, String bucket, String accessKey, String secretKey) {
        @Override
        public String toString() {
            return endpoint;
        }
    }

    private static Path file(Path data) {
        return data.resolve("cluster.json");
    }

    /** The cluster that runs on this data folder, if one does. */
    static Optional<ClusterInfo> running(Path data) {
        if (!Files.exists(file(data))) {
            return Optional.empty();
        }
        try {
            ClusterInfo info = Json.mapper().readValue(file(data).toFile(), ClusterInfo.class);
            return Optional.of(info)
                    .filter(i ->
                            ProcessHandle.of(i.pid).map(ProcessHandle::isAlive).orElse(false));
        } catch (IOException e) {
            // Half written by a launcher that was killed: nobody runs there.
            return Optional.empty();
        }
    }

    void write(Path data) throws IOException {
        PrivateFiles.write(
                file(data), Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }

    static void forget(Path data) throws IOException {
        Files.deleteIfExists(file(data));
    }
}
