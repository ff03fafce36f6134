package io.atelier.sdxl.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.PictureFiles;
import io.atelier.sdxl.RgbImage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanczosTest {

    static Iterable<JsonNode> sizes() {
        return PictureFiles.json("resizes.json");
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void resized_pictures_are_pillows_to_the_last_bit(JsonNode size) throws NoSuchAlgorithmException {
        RgbImage source = PictureFiles.picture("noise");
        RgbImage resized = Lanczos.resize(
                source, size.get("width").asInt(), size.get("height").asInt());
        assertThat(resized.width()).isEqualTo(size.get("width").asInt());
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(resized.rgb());
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(size.get("sha256").asText());
    }
}
