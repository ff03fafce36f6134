package io.atelier.worker;

import io.atelier.message.Topics;
import io.atelier.worker.WorkerConfig.ConsumeMode;
import io.atelier.worker.share.ClassicGroup;
import io.atelier.worker.share.KafkaShareGroup;
import io.atelier.worker.share.ShareGroup;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The worker's Kafka clients, with the settings that its protocol depends on. */
final class KafkaClients {
    private static final int LARGEST_RECORD = 16 * 1024 * 1024;

    private final WorkerConfig config;
    private final String worker;

    KafkaClients(WorkerConfig config, String worker) {
        this.config = config;
        this.worker = worker;
    }

    Map<String, Object> common() {
        Map<String, Object> common = new HashMap<>(config.kafka().properties());
        common.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.kafka().bootstrapServers());
        common.put(CommonClientConfigs.CLIENT_ID_CONFIG, worker);
        common.putIfAbsent(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5000);
        return common;
    }

    ShareGroup group(Topics topics) {
        WorkerConfig.ConsumeSection consume = config.consume();
        return consume.mode() == ConsumeMode.SHARE
                ? new KafkaShareGroup(common(), consume.group(), topics.requests())
                : new ClassicGroup(common(), consume.group(), topics.requests(), consume.lock());
    }

    /** Of no group; for topics that everybody reads whole. */
    Consumer<byte[], byte[]> follower() {
        Map<String, Object> settings = common();
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    Producer<byte[], byte[]> producer() {
        Map<String, Object> settings = common();
        int timeout = (int) config.kafka().deliveryTimeout().toMillis();
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout / 2);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
        // A dead letter holds its record byte for byte, however large.
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
