package io.atelier.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The worker's Kafka clients, with the settings that its protocol depends on. */
final class KafkaClients {
    private static final Duration LONGEST_BUSY = Duration.ofDays(1);
    private static final int FETCH_WAIT_MILLIS = 50;
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

    ShareConsumer<byte[], byte[]> shareConsumer() {
        Map<String, Object> settings = common();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.consume().group());
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // One record and no more: what a worker locks beside the job in hand, an idle worker cannot have.
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        // A fetch that waits at the broker while another topic's job is drawn may lock a record that nobody draws then.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        // A topic is not polled while others keep the worker busy; that the worker lives is watched elsewhere.
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) LONGEST_BUSY.toMillis());
        settings.put(ConsumerConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG, LONGEST_BUSY.toMillis());
        return new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
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
