package io.atelier.bench.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.message.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The least that an HTTP server in front of Kafka can do: it reads a JSON object, sends it on with {@code acks=all} and answers
 * when it is acknowledged. It checks nothing, remembers nothing and tells nobody. On Vert.x, as the gateway is.
 */
final class PlainDoor implements AutoCloseable {
    private static final String TOPIC = "bench.plain";

    private final Vertx vertx = Vertx.vertx();
    private final Producer<byte[], byte[]> producer;
    private final HttpServer server;

    PlainDoor(String kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "acks", "all", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        // Now, because the first call for it blocks.
        producer.partitionsFor(TOPIC);
        server = vertx.createHttpServer()
                .requestHandler(call -> call.bodyHandler(body -> take(call, body)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    int port() {
        return server.actualPort();
    }

    private void take(HttpServerRequest call, Buffer body) {
        try {
            String id = UUID.randomUUID().toString();
            ObjectNode request = (ObjectNode) Json.mapper().readTree(body.getBytes());
            byte[] named = Json.mapper().writeValueAsBytes(request.put("id", id));
            producer.send(
                    new ProducerRecord<>(TOPIC, id.getBytes(StandardCharsets.UTF_8), named),
                    (sent, failure) -> call.response()
                            .setStatusCode(failure == null ? 202 : 503)
                            .putHeader("content-type", "application/json")
                            .end(Buffer.buffer(named)));
        } catch (IOException e) {
            call.response().setStatusCode(400).end();
        }
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        producer.close();
    }
}
