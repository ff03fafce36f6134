package io.atelier.local.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the user can choose about a local cluster.
 *
 * @param home    the folder of the project, with the built modules
 * @param data    where the broker's log, the objects, the job store and the logs are kept
 * @param workers how many worker processes
 * @param model   name under which the model is served
 * @param base    folder of the base model
 * @param refiner folder of the refiner; empty to go without
 * @param workerEnvironment further settings of the workers, as environment variables
 */
public record ClusterSettings(
        Path home,
        Path data,
        int workers,
        int gatewayPort,
        int kafkaPort,
        int s3Port,
        String model,
        Path base,
        Optional<Path> refiner,
        Map<String, String> workerEnvironment) {
    public ClusterSettings {
        if (workers < 0 || workers > 64) {
            throw new IllegalArgumentException("--workers must be 0 to 64: " + workers);
        }
    }
}
