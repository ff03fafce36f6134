package io.atelier.bench.malformed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Priority;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes records that are no requests, of many kinds; the same ones for the same seed. A key, if there is one, is an id. */
final class MalformedRecords {
    private static final List<String> WRONG_FIELDS = List.of(
            "'width':100",
            "'width':-8",
            "'width':4096",
            "'width':'wide'",
            "'width':128.5",
            "'width':1e99",
            "'width':[]",
            "'height':0",
            "'height':true",
            "'height':{}",
            "'num_images':0",
            "'num_images':9",
            "'num_images':'two'",
            "'num_inference_steps':0",
            "'num_inference_steps':151",
            "'num_inference_steps':1.5",
            "'seed':'lucky'",
            "'seed':1.5",
            "'seed':99999999999999999999999",
            "'guidance_scale':-1",
            "'guidance_scale':'strong'",
            "'guidance_rescale':2",
            "'negative_prompt':7",
            "'prompt_2':[]",
            "'prompt_syntax':'latin'",
            "'scheduler':5",
            "'sigma_schedule':'steep'",
            "'timestep_spacing':'wide'",
            "'original_size':7",
            "'original_size':{'width':1}",
            "'crop_top_left':{'top':'a','left':0}",
            "'clip_skip':-1",
            "'refiner':'none'",
            "'refiner':{'mode':'twice'}",
            "'refiner':{'switch_at':3}",
            "'strength':2",
            "'image':7",
            "'mask_image':{}");
    private static final List<String> WRONG_BODIES = List.of(
            "",
            " ",
            "null",
            "true",
            "42",
            "-",
            "'text'",
            "[]",
            "[{}]",
            "{",
            "}",
            "{'input'",
            "{'input':",
            "{'input':{}",
            "{}",
            "{'input':null}",
            "{'input':[]}",
            "{'input':'x'}",
            "{'input':{}}",
            "{'input':{'prompt':null}}",
            "{'input':{'prompt':7}}",
            "{'input':{'prompt':['x']}}",
            "{'prompt':'x'}",
            "{'input':{'prompt':'x'},}",
            "{'input':{'prompt':'x'}} trailing",
            "{'input':{'prompt':'\\ud800'}}",
            "{'input':{'prompt':'x'},'model':7}",
            "{'input':{'prompt':'x'},'model':'dall-e'}",
            "{'input':{'prompt':'x'},'priority':'urgent'}",
            "{'input':{'prompt':'x'},'deadline':'tomorrow'}",
            "{'input':{'prompt':'x'},'expires_in':'soon'}",
            "{'input':{'prompt':'x'},'output':{'bucket':'nowhere'}}",
            "{'input':{'prompt':'x'},'output':{'format':'gif'}}",
            "{'input':{'prompt':'x'},'output':{'quality':0}}",
            "{'input':{'prompt':'x'},'output':[]}",
            "{'input':{'prompt':'x'},'metadata':'none'}",
            "{'input':{'prompt':'x'},'metadata':{'a':1}}",
            "{'input':{'prompt':'x'},'webhook':7}",
            "<request><prompt>x</prompt></request>",
            "prompt: x");
    private static final int MANY_LEVELS = 5000;
    private static final int TOO_LONG_PROMPT = 8193;

    private final Random random;
    private final List<Supplier<byte[]>> values = List.of(
            () -> json(any(WRONG_BODIES)),
            () -> json("{'input':{'prompt':'x'," + any(WRONG_FIELDS) + "}}"),
            () -> json("{'input':{" + any(WRONG_FIELDS) + "}}"),
            this::noise,
            this::cutShort,
            this::flippedIntoNoText,
            () -> json("{'input':{'prompt':'" + "x".repeat(TOO_LONG_PROMPT) + "'}}"),
            () -> json("[".repeat(MANY_LEVELS)),
            () -> json("{'a':".repeat(MANY_LEVELS) + "1" + "}".repeat(MANY_LEVELS)),
            () -> new byte[0],
            () -> null);

    MalformedRecords(long seed) {
        random = new Random(seed);
    }

    ProducerRecord<byte[], byte[]> next(int number) {
        return random.nextInt(4) == 0
                ? brokenEvent(number)
                : record(number, any(values).get());
    }

    ProducerRecord<byte[], byte[]> ofSize(int number, int bytes) {
        return record(number, json("{'input':{'prompt':'" + "x".repeat(bytes) + "'}}"));
    }

    private ProducerRecord<byte[], byte[]> record(int number, byte[] value) {
        byte[] key = random.nextInt(5) == 0 ? null : ("bad-" + number).getBytes(UTF_8);
        return new ProducerRecord<>(SimulatedCluster.TOPICS.requests(any(List.of(Priority.values()))), key, value);
    }

    /** A good request in an envelope that is none. */
    private ProducerRecord<byte[], byte[]> brokenEvent(int number) {
        ProducerRecord<byte[], byte[]> record = record(number, json("{'input':{'prompt':'x'}}"));
        switch (random.nextInt(7)) {
            case 0 -> header(record, "ce_specversion", "9.9");
            case 1 -> header(record, "ce_specversion", "1.0");
            case 2 -> event(record, "generation.finished.v1");
            case 3 -> {
                event(record, "generation.requested.v1");
                header(record, "ce_time", "yesterday");
            }
            case 4 -> header(record, "content-type", "application/cloudevents+json");
            case 5 -> header(record, "content-type", "application/cloudevents+avro");
            default -> record.headers().add("ce_specversion", null);
        }
        return record;
    }

    private void event(ProducerRecord<byte[], byte[]> record, String type) {
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", "1");
        header(record, "ce_source", "/fuzz");
        header(record, "ce_type", type);
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        record.headers().add(name, value.getBytes(UTF_8));
    }

    private byte[] noise() {
        byte[] noise = new byte[1 + random.nextInt(300)];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] cutShort() {
        byte[] whole = json("{'input':{'prompt':'a red circle','width':128,'seed':7},'metadata':{'a':'b'}}");
        return Arrays.copyOf(whole, random.nextInt(whole.length));
    }

    /** A byte that no UTF-8 text has. */
    private byte[] flippedIntoNoText() {
        byte[] whole = json("{'input':{'prompt':'a red circle','width':128,'seed':7}}");
        whole[random.nextInt(whole.length)] = (byte) 0xff;
        return whole;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }
}
