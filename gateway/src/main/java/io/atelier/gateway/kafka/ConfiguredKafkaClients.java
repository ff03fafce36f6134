package io.atelier.gateway.kafka;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.kafka.ClusterSetup;
import io.atelier.message.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own clients, set up as {@link GatewayConfig.Kafka} says. */
public final class ConfiguredKafkaClients implements KafkaClients, AutoCloseable {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration BACKLOG_TIMEOUT = Duration.ofSeconds(5);
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int MAX_POLL_RECORDS = 2000;

    private final GatewayConfig.Kafka config;
    private final Optional<String> instanceId;
    private final Topics topics;
    private final Map<String, Object> common;
    private Admin admin;

    /**
     * @param instanceId this gateway's place in the group; empty for none that it would find again after a crash
     * @param properties settings for every client, such as {@code security.protocol}
     */
    public ConfiguredKafkaClients(
            GatewayConfig.Kafka config, Optional<String> instanceId, Map<String, String> properties, Topics topics) {
        this.config = config;
        this.instanceId = instanceId;
        this.topics = topics;
        this.common = new HashMap<>(properties);
        common.put("bootstrap.servers", config.bootstrapServers());
        common.put("client.id", "atelier-gateway");
        // Also finds a broker that has come back under another address.
        common.put("metadata.recovery.strategy", "rebootstrap");
    }

    @Override
    public void prepareCluster() {
        if (config.createTopics()) {
            new ClusterSetup(common, topics, config.startTimeout()).createTopics();
        } else if (!brokerAnswers(config.startTimeout())) {
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "No Kafka broker answers at " + config.bootstrapServers() + " within "
                            + config.startTimeout().toSeconds() + " s");
        }
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(common);
        int timeout = (int) config.deliveryTimeout().toMillis();
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
        // While topics are known a send never blocks, so they are not forgotten when nobody submits for a while.
        settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, (int)
                Duration.ofDays(7).toMillis());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> groupMember() {
        Map<String, Object> settings = new HashMap<>(common);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.group());
        // Static membership of the classic protocol: a killed gateway is back in its group in a third of a second.
        // Under the consumer protocol the group waits for the dead member's session to run out first.
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        instanceId.ifPresent(id -> settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, id));
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // All that one poll brings is one transaction; with a backlog a large one costs less for each record.
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        return consumer(settings);
    }

    @Override
    public Consumer<byte[], byte[]> observer() {
        Map<String, Object> settings = new HashMap<>(common);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return consumer(settings);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public boolean brokerAnswers() {
        return brokerAnswers(PROBE_TIMEOUT);
    }

    private boolean brokerAnswers(Duration timeout) {
        try {
            await(admin().describeCluster().nodes(), timeout);
            return true;
        } catch (GenerationException e) {
            return false;
        }
    }

    @Override
    public Map<String, Long> backlog() {
        String group = config.workerGroup();
        Map<String, ListShareGroupOffsetsSpec> asked = Map.of(group, new ListShareGroupOffsetsSpec());
        Map<TopicPartition, SharePartitionOffsetInfo> offsets;
        try {
            offsets = await(admin().listShareGroupOffsets(asked).partitionsToOffsetInfo(group), BACKLOG_TIMEOUT);
        } catch (GenerationException e) {
            // Brokers before 4.0 know no share groups; their workers share the topics out in another way.
            if (e.getCause() instanceof GroupIdNotFoundException
                    || e.getCause() instanceof UnsupportedVersionException) {
                return Map.of();
            }
            throw e;
        }
        Map<String, Long> backlog = new HashMap<>();
        offsets.forEach((partition, info) -> {
            if (info != null && info.lag().isPresent()) {
                backlog.merge(partition.topic(), info.lag().get(), Long::sum);
            }
        });
        return backlog;
    }

    private static <T> T await(KafkaFuture<T> answer, Duration timeout) {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw away(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            throw away("no answer within " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away("the gateway stops", e);
        }
    }

    private static GenerationException away(String why, Throwable cause) {
        return new GenerationException(
                ErrorCode.BROKER_UNAVAILABLE, "Kafka did not answer; try again later: " + why, cause);
    }

    private synchronized Admin admin() {
        try {
            if (admin == null) {
                admin = Admin.create(common);
            }
            return admin;
        } catch (KafkaException e) {
            throw away(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ofSeconds(1));
        }
    }
}
