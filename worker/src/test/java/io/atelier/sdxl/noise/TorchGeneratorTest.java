package io.atelier.sdxl.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TorchGeneratorTest {

    static Stream<JsonNode> goldenDraws() {
        return StreamSupport.stream(Golden.json("noise.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("goldenDraws")
    void two_draws_in_a_row_are_those_of_torch_bit_for_bit(JsonNode golden) throws Exception {
        TorchGenerator generator = new TorchGenerator(golden.get("seed").asLong());
        for (JsonNode draw : golden.get("draws")) {
            float[] values = generator.normal(golden.get("count").asInt());
            float[] first = Golden.floats(draw.get("first"));
            assertThat(Arrays.copyOf(values, first.length)).containsExactly(first);
            assertThat(sha256(values)).isEqualTo(draw.get("sha256").asText());
        }
    }

    /** Taken from another PyTorch version on another machine than the other goldens. */
    @ParameterizedTest
    @CsvSource({
        "0, 33e5e1492edd7110d7f1a65492cbc485924cb2dc9343099bd01121af5e47a0e7",
        "42, 23c72e908d9e3fbe50836a02f09ccde0acfcf28c00dec75b986c49dadf0c115e",
        "123456789, 860852d6e964ae917399563987d7b0dd68633140f6d02a11d008b3321c46a19f"
    })
    void latents_of_a_large_picture_have_their_known_hash(long seed, String sha256) throws Exception {
        assertThat(sha256(new TorchGenerator(seed).normal(65536))).isEqualTo(sha256);
    }

    @Test
    void seed_0_begins_with_its_known_values() {
        assertThat(new TorchGenerator(0).normal(32))
                .startsWith(-1.12583983f, -1.1523602f, -0.250578582f, -0.433878809f, 0.848710358f, 0.692009151f);
        assertThat(new TorchGenerator(0).normal(5))
                .containsExactly(1.54099607f, -0.293428898f, -2.17878938f, 0.568431258f, -1.08452237f);
        assertThat(new TorchGenerator(0).normal(17)).startsWith(-1.12583983f, -1.6959312f, 0.566650629f);
    }

    @Test
    void only_the_low_32_bits_of_a_seed_count() {
        assertThat(new TorchGenerator(5).normal(64)).containsExactly(new TorchGenerator(5 + (1L << 32)).normal(64));
    }

    private static String sha256(float[] values) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }
}
