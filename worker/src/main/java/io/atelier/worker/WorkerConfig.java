package io.atelier.worker;

import io.atelier.ort.CudaSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** All that can be configured about a worker. Each key can also be an environment variable, such as ATELIER_MODEL_BASE. */
@ConfigMapping(prefix = "atelier")
public interface WorkerConfig {
    WorkerSection worker();

    KafkaSection kafka();

    TopicsSection topics();

    ConsumeSection consume();

    ModelSection model();

    ExecutionSection execution();

    StorageSection storage();

    InputSection input();

    LimitsSection limits();

    TracesSection traces();

    LogSection log();

    /** The worker ends with this process; for launchers. */
    OptionalLong parentPid();

    interface WorkerSection {
        /** Names the worker in events and logs. Default: the host's name and the process id. */
        Optional<String> id();

        /** How often the worker tells how it is; changes are told at once. */
        @WithDefault("5s")
        Duration heartbeat();

        /** Told in heartbeats. Default: the build's. */
        Optional<String> version();
    }

    interface KafkaSection {
        /** Brokers to ask first, as host:port with commas between. */
        @WithDefault("localhost:9092")
        String bootstrapServers();

        /** Further settings of every Kafka client, such as security.protocol. */
        Map<String, String> properties();

        /** Whether missing topics are made. */
        @WithDefault("true")
        boolean createTopics();

        /** How long the start waits for a broker. */
        @WithDefault("15s")
        Duration startTimeout();

        /** How long an event may take until it is stored. */
        @WithDefault("30s")
        Duration deliveryTimeout();
    }

    interface TopicsSection {
        /** Put before the names of all topics. */
        @WithDefault("atelier.")
        String prefix();
    }

    interface ConsumeSection {
        /** How jobs are shared out: share, or classic for brokers that know no share groups. */
        @WithDefault("share")
        ConsumeMode mode();

        /** The group that all workers belong to; groups of the two modes need different names. */
        @WithDefault("atelier-workers")
        String group();

        /** In classic mode: partitions of each request topic, and so the most workers that can be busy at once. */
        @WithDefault("12")
        int classicPartitions();

        /**
         * Of the jobs that a worker takes, the share that low requests get at least while some wait, whatever else does; and
         * normal ones against high ones. 0 lets them wait as long as anything more urgent does. At most 0.3.
         */
        @WithDefault("0.1")
        double lowShare();

        /** How long a job stays with a worker that gives no sign of life; renewed at a third of it. 15 s to 60 s. */
        @WithDefault("30s")
        Duration lock();

        /** How often a job is started before it counts as failed. */
        @WithDefault("5")
        int maxAttempts();

        /** When the broker gives a record up by itself; higher than max-attempts, so that a worker can tell of the end. */
        @WithDefault("10")
        int brokerDeliveryLimit();

        /** The wait before a failed attempt is handed back; doubled with each attempt. */
        @WithDefault("1s")
        Duration backOff();

        /** How long a picture in hand waits for a store or a broker that is away, before its job is handed back. */
        @WithDefault("1h")
        Duration patience();

        /** After how many failures in a row that are its own fault a worker takes no more work. */
        @WithDefault("3")
        int sickAfter();

        /** How long a sick worker rests before it tries itself on a small picture. */
        @WithDefault("30s")
        Duration sickRest();

        /** How long a stopping worker may still draw before it hands its job back. */
        @WithDefault("120s")
        Duration grace();
    }

    enum ConsumeMode {
        /** A share group: any number of workers, on topics of one partition. Brokers of version 4.2 or newer. */
        SHARE,
        /** A consumer group: each worker has partitions of its own. */
        CLASSIC
    }

    interface ModelSection {
        /** What requests call the model. */
        @WithDefault("sdxl")
        String name();

        /** Folder of the base model, in the layout of optimum's ONNX export. Needed. */
        Optional<Path> base();

        /** Folder of the refiner; without it requests for a refiner fail. */
        Optional<Path> refiner();

        /** Memory for the prompts that were encoded last; 64 MiB hold about a hundred of SDXL. 0 encodes every prompt anew. */
        @WithDefault("67108864")
        long promptCacheBytes();
    }

    interface ExecutionSection {
        /** What computes: cpu, cuda or tensorrt. One that is not there stops the start. */
        @WithDefault("cpu")
        String provider();

        /** Index of the GPU. */
        @WithDefault("0")
        int deviceId();

        /** Threads of one operator on the CPU; 0 for one per core. */
        @WithDefault("0")
        int threads();

        /** Whether idle threads keep their core busy: faster on a machine of one's own, slower on a shared one. */
        @WithDefault("false")
        boolean spinning();

        /** Pictures of more pixels pass the VAE in tiles: less memory, slightly other pictures. Default: never. */
        OptionalLong vaeTilesAbovePixels();

        /** Most pictures of a job that are denoised at once. Default: 1 on the CPU, 4 on a GPU. */
        OptionalInt maxBatch();

        /** Bytes of GPU memory per graph. */
        OptionalLong memoryLimitBytes();

        CudaSection cuda();

        TensorRtSection tensorrt();
    }

    interface CudaSection {
        /** How a graph's memory grows: next-power-of-two or same-as-requested. */
        @WithDefault("same-as-requested")
        CudaSettings.ArenaExtendStrategy arenaExtendStrategy();

        /** How cuDNN chooses algorithms at each new picture size: exhaustive, heuristic or default. */
        @WithDefault("heuristic")
        CudaSettings.ConvAlgorithmSearch convAlgorithmSearch();
    }

    interface TensorRtSection {
        /** Folder for compiled engines; without it every start compiles them again, which takes minutes. */
        Optional<Path> engineCache();

        /** Folder for what TensorRT measured while compiling. */
        Optional<Path> timingCache();

        /** Whether TensorRT may compute in float16 where the graph says float32. */
        @WithDefault("false")
        boolean fp16();
    }

    interface StorageSection {
        /** The S3-compatible store. */
        @WithDefault("http://localhost:9000")
        URI endpoint();

        /** The store as others see it; presigned URLs carry this host. Default: endpoint. */
        Optional<URI> publicEndpoint();

        @WithDefault("us-east-1")
        String region();

        Optional<String> accessKey();

        Optional<String> secretKey();

        /** Where pictures go that ask for no bucket, and all manifests. */
        @WithDefault("generations")
        String bucket();

        /** Further buckets, by the alias that requests use. */
        Map<String, String> buckets();

        /** Aliases of the buckets that start pictures and masks may come from; default is the one above. */
        @WithDefault("default")
        List<String> inputBuckets();

        /** Whether missing buckets are made. */
        @WithDefault("true")
        boolean createBuckets();

        /** Of one call. */
        @WithDefault("30s")
        Duration timeout();
    }

    interface InputSection {
        UrlsSection urls();
    }

    interface UrlsSection {
        /** Whether start pictures and masks may come from URLs. */
        @WithDefault("true")
        boolean enabled();

        /** Whether http is allowed beside https. */
        @WithDefault("false")
        boolean http();

        /** Ports that may be dialled, single ones or ranges. Others are refused: what listens there need not speak HTTP. */
        @WithDefault("80,443,8080,8443")
        List<String> ports();

        /** Blocks such as 10.1.0.0/16 that may be dialled although they are private. Default: none. */
        Optional<List<String>> allow();

        /** Further blocks that may not be dialled, such as public addresses of one's own network. Default: none. */
        Optional<List<String>> refuse();

        /** Of one picture, from looking up the host to the last byte. */
        @WithDefault("20s")
        Duration timeout();
    }

    interface TracesSection {
        /** Where spans go: the HTTP receiver of an OTLP collector, such as http://localhost:4318/v1/traces. Default: nowhere. */
        Optional<URI> endpoint();
    }

    interface LogSection {
        /** text for people, or json: one object a line. */
        @WithDefault("text")
        Format format();

        enum Format {
            TEXT,
            JSON
        }
    }

    interface LimitsSection {
        /** Pixels of width and of height. */
        @WithDefault("2048")
        int maxSide();

        /** Pixels of one picture. */
        @WithDefault("2097152")
        long maxPixels();

        @WithDefault("150")
        int maxSteps();

        @WithDefault("8")
        int maxImages();

        @WithDefault("8192")
        int maxPromptBytes();

        @WithDefault("65536")
        int maxRequestBytes();

        /** Bytes of a start picture or mask. */
        @WithDefault("20971520")
        int maxInputBytes();

        /** Pixels of a start picture or mask; looked at before it is decoded. */
        @WithDefault("16777216")
        long maxInputPixels();
    }
}
