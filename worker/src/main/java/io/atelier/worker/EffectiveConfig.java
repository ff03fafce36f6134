package io.atelier.worker;

/** The configuration as it holds, in one line for the log, without secrets. */
final class EffectiveConfig {
    private EffectiveConfig() {}

    static String describe(WorkerConfig config) {
        return String.join(
                ", ",
                "kafka " + config.kafka().bootstrapServers() + " (further settings: "
                        + config.kafka().properties().keySet() + ")",
                "topics " + config.topics().prefix() + "*",
                "group " + config.consume().group() + ", lock "
                        + config.consume().lock() + ", " + config.consume().maxAttempts() + " attempts",
                "model " + config.model().name() + " in "
                        + config.model().base().map(Object::toString).orElse("(none)") + ", refiner "
                        + config.model().refiner().map(Object::toString).orElse("(none)"),
                "provider " + config.execution().provider(),
                "storage " + config.storage().endpoint() + ", bucket "
                        + config.storage().bucket() + ", further aliases "
                        + config.storage().buckets().keySet());
    }
}
