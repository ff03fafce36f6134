package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options about the local cluster itself. */
final class ClusterOptions {
    private static final String TINY_MODEL = "tiny-sdxl";

    @Mixin
    private DataOption data;

    @Option(
            names = "--model",
            paramLabel = "FOLDER",
            description = "A base model in the layout of optimum's ONNX export. Default: the embedded tiny-sdxl")
    private Path model;

    @Option(
            names = "--refiner",
            paramLabel = "FOLDER",
            description = "The refiner that goes with --model. Default: none with --model, else tiny-sdxl's")
    private Path refiner;

    @Option(
            names = "--model-name",
            paramLabel = "NAME",
            description = "What requests call the model. Default: the name of its folder")
    private String modelName;

    @Option(names = "--gateway-port", paramLabel = "PORT", defaultValue = "8080", description = PORT_HELP)
    private int gatewayPort;

    @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "9092", description = PORT_HELP)
    private int kafkaPort;

    @Option(names = "--s3-port", paramLabel = "PORT", defaultValue = "9000", description = PORT_HELP)
    private int s3Port;

    private static final String PORT_HELP = "Default: ${DEFAULT-VALUE}, or a free port if that is taken";

    Path data() {
        return data.data();
    }

    ClusterSettings settings(int workers) {
        Path tiny = DataOption.home().resolve("deploy/models").resolve(TINY_MODEL);
        Path base = absolute(model == null ? tiny.resolve("base") : model);
        Optional<Path> refinerFolder = Optional.ofNullable(refiner).map(ClusterOptions::absolute);
        if (model == null && refiner == null) {
            refinerFolder = Optional.of(tiny.resolve("refiner"));
        }
        return new ClusterSettings(
                DataOption.home(),
                data(),
                workers,
                gatewayPort,
                kafkaPort,
                s3Port,
                name(base),
                base,
                refinerFolder,
                workerEnvironment());
    }

    /** The embedded model's operators are so small that a second thread costs more than it gives. */
    private Map<String, String> workerEnvironment() {
        return model == null ? Map.of("ATELIER_EXECUTION_THREADS", "1") : Map.of();
    }

    private String name(Path base) {
        if (modelName != null) {
            return modelName;
        }
        return model == null ? TINY_MODEL : base.getFileName().toString();
    }

    private static Path absolute(Path folder) {
        return folder.toAbsolutePath().normalize();
    }
}
