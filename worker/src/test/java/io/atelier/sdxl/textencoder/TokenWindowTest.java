package io.atelier.sdxl.textencoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.Golden;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class TokenWindowTest {
    private static final ModelFolder BASE = ModelFolder.at(TinySdxl.base());

    @Test
    void the_first_encoders_windows_are_those_of_the_reference() {
        assertAgrees("first", ClipTokenizer.load(BASE.part("tokenizer")));
    }

    @Test
    void the_second_encoders_windows_are_those_of_the_reference() {
        assertAgrees("second", ClipTokenizer.load(BASE.part("tokenizer_2")));
    }

    private static void assertAgrees(String encoder, ClipTokenizer tokenizer) {
        for (JsonNode golden : Golden.json("prompt-windows.json")) {
            String prompt = golden.get("prompt").asText();
            JsonNode ids = golden.get(encoder).get("ids");
            List<TokenWindow> windows = TokenWindow.pack(WeightedText.parse(prompt), tokenizer);
            assertThat(windows).as(prompt).hasSize(ids.size());
            for (int i = 0; i < windows.size(); i++) {
                assertThat(windows.get(i).ids()).as(prompt).containsExactly(longs(ids.get(i)));
                assertThat(windows.get(i).weights())
                        .as(prompt)
                        .containsExactly(
                                Golden.floats(golden.get(encoder).get("weights").get(i)));
            }
        }
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}
