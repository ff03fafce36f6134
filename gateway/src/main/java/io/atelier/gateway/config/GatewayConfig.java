package io.atelier.gateway.config;

import io.atelier.gateway.store.DatabaseSettings;
import io.atelier.message.RequestLimits;
import io.atelier.storage.S3Settings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Everything that can be set on a gateway, besides what Quarkus itself offers ({@code quarkus.http.port} and so on). */
@ConfigMapping(prefix = "atelier")
public interface GatewayConfig {

    Kafka kafka();

    Topics topics();

    Storage storage();

    Store store();

    Http http();

    Limits limits();

    Traces traces();

    /** The models that the workers serve; requests for others are refused. Default: a worker decides. */
    Optional<List<String>> models();

    /** The gateway ends when this process is gone; for launchers. */
    OptionalLong parentPid();

    /** How to reach the broker. */
    interface Kafka {
        /** Where the first broker is looked for, as {@code host:port} with commas between several. */
        @WithDefault("localhost:9092")
        String bootstrapServers();

        /** Settings handed to every Kafka client as they are, such as {@code security.protocol}. */
        Map<String, String> properties();

        /** Whether missing topics are made at start. */
        @WithDefault("true")
        boolean createTopics();

        /** How long the broker may take to answer at start before the gateway gives up. */
        @WithDefault("10s")
        Duration startTimeout();

        /** How long a submission waits for the broker to take it; then the caller is told to try later. */
        @WithDefault("10s")
        Duration deliveryTimeout();

        /** The consumer group that keeps the job store up to date; gateways on one store share it. */
        @WithDefault("atelier-gateway")
        String group();

        /**
         * This gateway's name in the group, different for each of them: after a crash it takes its partitions back at once
         * instead of waiting until the broker has given up the dead one. Default: {@code gateway}, and none where several
         * gateways share a PostgreSQL store.
         */
        Optional<String> instanceId();

        /** The share group of the workers, whose backlog is the queue. */
        @WithDefault("atelier-workers")
        String workerGroup();
    }

    /** What the topics are called. */
    interface Topics {
        /** Put before every topic's name, so that several clusters can share a broker. */
        @WithDefault(io.atelier.message.Topics.DEFAULT_PREFIX)
        String prefix();
    }

    /** Where the pictures lie; the gateway only makes URLs for them. */
    interface Storage {
        /** The S3 endpoint as the workers see it. */
        @WithDefault("http://localhost:9000")
        URI endpoint();

        /** The S3 endpoint as readers of the pictures see it; {@code endpoint} if not set. */
        Optional<URI> publicEndpoint();

        /** The region that requests are signed for. */
        @WithDefault("us-east-1")
        String region();

        /** Who signs. */
        String accessKey();

        /** The secret that goes with {@code access-key}. */
        String secretKey();

        /** The bucket of a picture whose event names none. */
        @WithDefault("generations")
        String bucket();

        /** The longest that a call to the store may take. */
        @WithDefault("30s")
        Duration timeout();

        /** Whether the store is out of readers' reach: pictures then come through the gateway. */
        @WithName("private")
        @WithDefault("false")
        boolean isPrivate();

        /** How long the URL of a picture holds. */
        @WithDefault("1h")
        Duration presignValidity();

        default S3Settings settings() {
            return new S3Settings(endpoint(), publicEndpoint(), region(), accessKey(), secretKey(), timeout());
        }
    }

    /** The job store. */
    interface Store {
        /** Which database keeps it. One gateway can use an {@code h2} file, several a {@code postgresql} server. */
        @WithParentName
        @WithDefault("h2")
        Kind kind();

        /** The H2 file without its extension. */
        @WithDefault("./data/gateway")
        String path();

        /** The PostgreSQL database, such as {@code jdbc:postgresql://host/atelier}. */
        Optional<String> url();

        /** Who signs in at PostgreSQL. */
        @WithDefault("atelier")
        String user();

        /** The password that goes with {@code user}. */
        Optional<String> password();

        /** Connections to PostgreSQL. */
        @WithDefault("16")
        int maxConnections();

        /** How long a generation is remembered after it was created. */
        @WithDefault("30d")
        Duration retention();

        default DatabaseSettings settings() {
            if (kind() == Kind.MEMORY) {
                return DatabaseSettings.h2InMemory(path());
            }
            if (kind() == Kind.H2) {
                return DatabaseSettings.h2File(path());
            }
            return DatabaseSettings.postgresql(
                    url().orElseThrow(() ->
                            new IllegalArgumentException("atelier.store=postgresql needs atelier.store.url")),
                    user(),
                    password().orElse(""),
                    maxConnections());
        }

        /** The databases. */
        enum Kind {
            /** A file of this gateway alone. */
            H2,
            /** A server that several gateways share. */
            POSTGRESQL,
            /** Nothing outside the process; for tests. {@code path} is its name. */
            MEMORY
        }
    }

    /** The HTTP side. */
    interface Http {
        /** What the URLs in answers begin with, when the gateway stands behind a proxy; otherwise the request tells. */
        Optional<URI> publicUrl();

        /** The longest that {@code Prefer: wait} holds an answer back. */
        @WithDefault("120s")
        Duration maxWait();

        /** How long a {@code Prefer: wait} without a number waits. */
        @WithDefault("60s")
        Duration defaultWait();

        /** How often an event stream on which nothing happens gives a sign of life. */
        @WithDefault("15s")
        Duration heartbeat();
    }

    /** Who records what belongs together. */
    interface Traces {
        /** Where spans go: the HTTP receiver of an OTLP collector, such as http://localhost:4318/v1/traces. Default: nowhere. */
        Optional<URI> endpoint();
    }

    /** What one request may ask for. */
    interface Limits {
        /** Pixels of width and of height. */
        @WithDefault("2048")
        int maxSide();

        /** Pixels of one picture. */
        @WithDefault("2097152")
        long maxPixels();

        /** Denoising steps. */
        @WithDefault("150")
        int maxSteps();

        /** Pictures of one request. */
        @WithDefault("8")
        int maxImages();

        /** UTF-8 bytes of each prompt. */
        @WithDefault("8192")
        int maxPromptBytes();

        /** Bytes of a request's body. */
        @WithDefault("65536")
        int maxRequestBytes();

        default RequestLimits values() {
            return new RequestLimits(
                    maxSide(), maxPixels(), maxSteps(), maxImages(), maxPromptBytes(), maxRequestBytes());
        }
    }
}
