package io.atelier.sdxl.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.Golden;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClipTokenizerTest {
    private static final ClipTokenizer FIRST = tokenizer("tokenizer");
    private static final ClipTokenizer SECOND = tokenizer("tokenizer_2");

    private static ClipTokenizer tokenizer(String part) {
        return ClipTokenizer.load(ModelFolder.at(TinySdxl.base()).part(part));
    }

    static Stream<JsonNode> goldenTexts() {
        return StreamSupport.stream(Golden.json("tokens.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("goldenTexts")
    void both_tokenizers_agree_with_transformers(JsonNode golden) {
        String text = golden.get("text").asText();
        assertAgrees(FIRST.tokenize(text), golden.get("first"));
        assertAgrees(SECOND.tokenize(text), golden.get("second"));
    }

    private static void assertAgrees(TokenIds actual, JsonNode golden) {
        long[] ids = StreamSupport.stream(golden.get("ids").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        assertThat(actual.ids()).containsExactly(ids);
        assertThat(actual.cutText())
                .isEqualTo(Optional.ofNullable(golden.get("cut").asText(null)));
    }

    /** Published ids of well-known texts, between the begin and end tokens. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a photo of an astronaut riding a horse on mars | 320 1125 539 550 18376 6765 320 4558 525 7496",
                "don't stop 1234 !!! ... | 847 713 1691 272 273 274 275 995 678",
                "café naïve Ünïcode | 15304 1097 35689 563 6522 77 35689 3217",
                "日本語の猫 | 39121 44353 34002 252 21575 163 234 360",
                "emoji 😀👍🏽 | 16327 12832 43722",
                "(masterpiece:1.2), [x] | 263 12066 281 272 269 273 2361 314 343 316",
                "“quotes” – dash | 728 506 5808 728 507 1224 10206",
            })
    void well_known_texts_have_their_published_ids(String text, String ids) {
        long[] content =
                Arrays.stream(ids.split(" ")).mapToLong(Long::parseLong).toArray();
        long[] actual = FIRST.tokenize(text).ids();
        assertThat(Arrays.copyOfRange(actual, 1, content.length + 1)).containsExactly(content);
        assertThat(actual[0]).isEqualTo(49406);
        assertThat(actual[content.length + 1]).isEqualTo(49407);
    }

    @Test
    void the_tokenizers_pad_with_the_tokens_that_their_files_name() {
        assertThat(FIRST.tokenize("").ids()).startsWith(49406, 49407, 49407).endsWith(49407);
        assertThat(SECOND.tokenize("").ids()).startsWith(49406, 49407, 0).endsWith(0);
    }

    @Test
    void a_text_that_is_too_long_keeps_75_tokens_and_tells_what_was_cut() {
        TokenIds tokens = FIRST.tokenize("cat ".repeat(75) + "dog on a mat");
        assertThat(tokens.ids()).hasSize(77).endsWith(2368, 49407);
        assertThat(tokens.cutText()).contains("dog on a mat");
    }

    @Test
    void a_text_of_exactly_75_tokens_is_not_cut() {
        assertThat(FIRST.tokenize("cat ".repeat(75)).cutText()).isEmpty();
    }

    /** One word as long as the largest request; merging pair by pair through all of it would take minutes. */
    @Test
    @Timeout(20)
    void a_word_of_many_thousand_characters_is_no_burden() {
        Random random = new Random(1);
        String word =
                random.ints(65_536, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
        assertThat(FIRST.words(word)).hasSizeBetween(20_000, 60_000);
    }
}
