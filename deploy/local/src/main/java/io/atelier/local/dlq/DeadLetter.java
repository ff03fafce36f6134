package io.atelier.local.dlq;

import io.atelier.job.GenerationId;
import io.atelier.local.cluster.ClusterFailure;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A request that could not be drawn, as a worker has put it aside: the record byte for byte, and the reason in its headers. */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    /** How often a request has been put back before. */
    public static final String REPLAY_HEADER = "atelier_replay";
    /** The attempts before the request was put back, so that events go on counting. */
    public static final String ATTEMPTS_HEADER = "atelier_attempts";

    private static final String OWN_HEADERS = "dlq_";
    private static final RequestParser PARSER = new RequestParser(RequestLimits.DEFAULT);
    /** What can be read of an envelope does not depend on the names of topics. */
    private static final MessageCodec CODEC =
            new MessageCodec(new Topics(Topics.DEFAULT_PREFIX), URI.create("/atelier/dlq"));

    /** Names the letter: its offset, behind its partition if the topic has several. */
    public String place() {
        return record.partition() == 0 ? Long.toString(record.offset()) : record.partition() + ":" + record.offset();
    }

    public Instant time() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** Of the generation, as the worker has read it, after {@code tenant/} unless it is the default tenant's. */
    public Optional<String> id() {
        return CODEC.readRequest(record, PARSER).id().map(GenerationId::key);
    }

    /** A wire name of {@link io.atelier.error.ErrorCode}. */
    public String reasonCode() {
        return header("dlq_reason_code").orElse("unknown");
    }

    public String reason() {
        return header("dlq_reason").orElse("");
    }

    /** Where the request was. */
    public Optional<String> topic() {
        return header("dlq_topic");
    }

    /** How often the request was handed out before it was put aside, not counting the time before a replay. */
    public int attempts() {
        return number("dlq_attempts");
    }

    /** 0 for a request that was never put back. */
    public int replays() {
        return number(REPLAY_HEADER);
    }

    /**
     * The request as it was, for the topic on which it was.
     *
     * @throws ClusterFailure if that is no request topic, and nobody could say what would come of it
     */
    public ProducerRecord<byte[], byte[]> replay(Topics topics) {
        String topic = topic().filter(topics.requests()::contains)
                .orElseThrow(() ->
                        new ClusterFailure("The dead letter " + place() + " did not come from a request topic of \""
                                + topics.prefix() + "\" but from " + topic().orElse("nowhere")));
        ProducerRecord<byte[], byte[]> replay = new ProducerRecord<>(topic, record.key(), record.value());
        for (Header header : record.headers()) {
            if (!header.key().startsWith(OWN_HEADERS)) {
                replay.headers().add(header);
            }
        }
        number(replay, REPLAY_HEADER, replays() + 1);
        number(replay, ATTEMPTS_HEADER, attempts() + number(ATTEMPTS_HEADER));
        return replay;
    }

    private static void number(ProducerRecord<byte[], byte[]> record, String header, int value) {
        record.headers().remove(header).add(header, Integer.toString(value).getBytes(StandardCharsets.UTF_8));
    }

    private int number(String header) {
        return header(header)
                .filter(value -> value.matches("\\d{1,9}"))
                .map(Integer::parseInt)
                .orElse(0);
    }

    private Optional<String> header(String name) {
        return Optional.ofNullable(record.headers().lastHeader(name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }
}
