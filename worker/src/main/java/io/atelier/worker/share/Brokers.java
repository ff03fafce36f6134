package io.atelier.worker.share;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient;
import org.apache.kafka.clients.consumer.internals.RequestFuture;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;
import org.apache.kafka.common.utils.internals.LogContext;

/**
 * Requests to brokers, by the network layer of Kafka's own clients, and what is known of where topics lie. All work is done
 * inside the calls; there is no thread behind.
 */
final class Brokers implements Closeable {
    private static final int REQUESTS_IN_FLIGHT = 5;

    private final Time time = Time.SYSTEM;
    private final Metrics metrics = new Metrics();
    private final Metadata metadata;
    private final ConsumerNetworkClient network;
    private final Duration requestTimeout;

    /** @param settings of a Kafka client: where the brokers are, and how to be let in */
    Brokers(Map<String, Object> settings, Collection<String> topics) {
        ConsumerConfig config = config(settings);
        LogContext log = new LogContext("[" + config.getString(CommonClientConfigs.CLIENT_ID_CONFIG) + "] ");
        List<String> bootstrap = config.getList(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        requestTimeout = Duration.ofMillis(config.getInt(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG));
        metadata = new TopicMetadata(config, log, List.copyOf(topics));
        ClientUtils.maybeBootstrapMetadataSynchronously(config, bootstrap, metadata);
        NetworkClient client = ClientUtils.createNetworkClient(
                config,
                bootstrap,
                metrics,
                "share-group",
                log,
                new ApiVersions(),
                time,
                REQUESTS_IN_FLIGHT,
                metadata,
                null,
                null);
        network = new ConsumerNetworkClient(
                log,
                client,
                metadata,
                time,
                config.getLong(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG),
                (int) requestTimeout.toMillis(),
                Integer.MAX_VALUE);
    }

    private static ConsumerConfig config(Map<String, Object> settings) {
        Map<String, Object> complete = new HashMap<>(settings);
        complete.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        complete.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return new ConsumerConfig(complete);
    }

    /** The partitions of these topics by the broker that leads them, as far as known; the rest is asked for. */
    Map<Node, List<TopicIdPartition>> leaders(Collection<String> topics) {
        Cluster cluster = metadata.fetch();
        Map<Node, List<TopicIdPartition>> leaders = new LinkedHashMap<>();
        for (String topic : topics) {
            Uuid id = cluster.topicId(topic);
            List<PartitionInfo> partitions = cluster.partitionsForTopic(topic);
            if (id.equals(Uuid.ZERO_UUID) || partitions.isEmpty()) {
                refresh();
            }
            for (PartitionInfo partition : partitions) {
                if (partition.leader() == null) {
                    refresh();
                    continue;
                }
                leaders.computeIfAbsent(partition.leader(), node -> new ArrayList<>())
                        .add(new TopicIdPartition(id, new TopicPartition(topic, partition.partition())));
            }
        }
        return leaders;
    }

    /** What is known of the topics is no longer true. */
    void refresh() {
        metadata.requestUpdate(false);
    }

    /** Any broker; empty if none can be reached now. */
    Optional<Node> any() {
        return Optional.ofNullable(network.leastLoadedNode());
    }

    /** Sends without waiting; the answer comes during later calls. */
    RequestFuture<ClientResponse> send(Node broker, AbstractRequest.Builder<?> request) {
        return network.send(broker, request);
    }

    /**
     * Sends and waits for the answer.
     *
     * @param held how long the broker may hold its answer back
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached or does not know such requests
     * @throws TimeoutException if there is no answer in time
     */
    <T extends AbstractResponse> T call(
            Node broker, AbstractRequest.Builder<?> request, Duration held, Class<T> answer) {
        Duration limit = requestTimeout.plus(held);
        RequestFuture<ClientResponse> future = network.send(broker, request, (int) limit.toMillis());
        if (!network.poll(future, time.timer(limit))) {
            throw new TimeoutException("Broker " + broker + " did not answer within " + limit);
        }
        if (future.failed()) {
            throw future.exception();
        }
        return answer.cast(future.value().responseBody());
    }

    /** Sends and receives what is due, for so long. */
    void attend(Duration duration) {
        Timer timer = time.timer(duration);
        do {
            network.poll(timer);
        } while (timer.notExpired());
    }

    @Override
    public void close() {
        try {
            network.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            metadata.close();
            metrics.close();
        }
    }

    /** Where the topics lie; nothing else is asked for. */
    private static final class TopicMetadata extends Metadata {
        private final List<String> topics;

        TopicMetadata(ConsumerConfig config, LogContext log, List<String> topics) {
            super(
                    config.getLong(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG),
                    config.getLong(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG),
                    config.getLong(CommonClientConfigs.METADATA_MAX_AGE_CONFIG),
                    log,
                    new ClusterResourceListeners());
            this.topics = topics;
        }

        @Override
        protected MetadataRequest.Builder newMetadataRequestBuilder() {
            return MetadataRequest.Builder.forTopicNames(topics, false);
        }
    }
}
