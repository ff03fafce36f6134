package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationRequest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
    private final RequestParser parser = new RequestParser(RequestLimits.DEFAULT);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    input.width                | {"input":{"prompt":"x","width":100}}                            | 100
                    input.width                | {"input":{"prompt":"x","width":0}}                              | 0
                    input.width                | {"input":{"prompt":"x","width":2056}}                           | 2056
                    input.width                | {"input":{"prompt":"x","width":2048,"height":2048}}             | 2048x2048
                    input.height               | {"input":{"prompt":"x","height":"tall"}}                        | "tall"
                    input.height               | {"input":{"prompt":"x","height":8.5}}                           | 8.5
                    input.num_inference_steps  | {"input":{"prompt":"x","num_inference_steps":151}}              | 151
                    input.refiner.steps        | {"input":{"prompt":"x","refiner":{"mode":"image","steps":151}}} | 151
                    input.num_inference_steps  | {"input":{"prompt":"x","num_inference_steps":0}}                | 0
                    input.num_images           | {"input":{"prompt":"x","num_images":9}}                         | 9
                    input.guidance_scale       | {"input":{"prompt":"x","guidance_scale":-1}}                    | -1
                    input.guidance_rescale     | {"input":{"prompt":"x","guidance_rescale":1.5}}                 | 1.5
                    input.seed                 | {"input":{"prompt":"x","seed":1.5}}                             | 1.5
                    input.seed                 | {"input":{"prompt":"x","seed":"1"}}                             | "1"
                    input.seed                 | {"input":{"prompt":"x","seed":99999999999999999999}}            | 99999999999999999999
                    input.scheduler            | {"input":{"prompt":"x","scheduler":"DROP TABLE"}}               | "DROP TABLE"
                    input.sigma_schedule       | {"input":{"prompt":"x","sigma_schedule":"linear"}}              | "linear"
                    input.timesteps            | {"input":{"prompt":"x","timesteps":[900,500,500]}}              | [900,500,500]
                    input.timesteps            | {"input":{"prompt":"x","timesteps":[5,700]}}                    | 5, 700
                    input.timesteps            | {"input":{"prompt":"x","timesteps":[]}}                         | []
                    input.timesteps.0          | {"input":{"prompt":"x","timesteps":[1000,1]}}                   | 1000
                    input.timesteps.1          | {"input":{"prompt":"x","timesteps":[10,1.5]}}                   | 1.5
                    input.sigmas               | {"input":{"prompt":"x","sigmas":[1]}}                           | [1]
                    input.sigmas               | {"input":{"prompt":"x","sigmas":[1,0.5,0.7,0]}}                 | 0.5, 0.7
                    input.sigmas.1             | {"input":{"prompt":"x","sigmas":[1,-1]}}                        | -1
                    input.sigmas               | {"input":{"prompt":"x","sigmas":[1,0],"timesteps":[5]}}         | [1,0]
                    input.num_inference_steps  | {"input":{"prompt":"x","sigmas":[1,0],"num_inference_steps":2}} | 2
                    input.sigma_schedule       | {"input":{"prompt":"x","timesteps":[5],"sigma_schedule":"beta"}}| beta
                    input.solver_type          | {"input":{"prompt":"x","solver_type":"bh2"}}                    | "bh2"
                    input.eta                  | {"input":{"prompt":"x","eta":1.1}}                              | 1.1
                    input.refiner.mode         | {"input":{"prompt":"x","refiner":{"mode":"both"}}}              | "both"
                    input.refiner.switch_at    | {"input":{"prompt":"x","refiner":{"switch_at":1}}}              | 1
                    input.original_size.height | {"input":{"prompt":"x","original_size":{"width":1,"height":0}}} | 0
                    input.prompt               | {"input":{"prompt":5}}                                          | 5
                    input.prompt               | {"input":{"prompt":""}}                                         | ""
                    input                      | {"input":[]}                                                    | []
                    id                         | {"id":"../x","input":{"prompt":"x"}}                            | "../x"
                    priority                   | {"priority":"urgent","input":{"prompt":"x"}}                    | "urgent"
                    deadline                   | {"deadline":"tomorrow","input":{"prompt":"x"}}                  | "tomorrow"
                    expires_in                 | {"expires_in":"5 minutes","input":{"prompt":"x"}}               | "5 minutes"
                    webhook                    | {"webhook":"ftp://x","input":{"prompt":"x"}}                    | "ftp://x"
                    output.format              | {"output":{"format":"gif"},"input":{"prompt":"x"}}              | "gif"
                    output.quality             | {"output":{"quality":101},"input":{"prompt":"x"}}               | 101
                    output.key_prefix          | {"output":{"key_prefix":"../a/"},"input":{"prompt":"x"}}        | "../a/"
                    output.key_prefix          | {"output":{"key_prefix":"/a/"},"input":{"prompt":"x"}}          | "/a/"
                    metadata.order             | {"metadata":{"order":17},"input":{"prompt":"x"}}                | 17
                    webhook_events_filter.0    | {"webhook_events_filter":["done"],"input":{"prompt":"x"}}       | "done"
                    """)
    void a_wrong_value_is_named_with_its_field(String field, String json, String value) {
        GenerationException e = refusal(json);

        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(e.details()).extracting(FieldError::field).containsExactly(field);
        assertThat(e.details()).extracting(FieldError::value).containsExactly(value);
        assertThat(e.getMessage()).contains(field).contains(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"width", "guidance_scale", "original_size", "sigmas", "unknown"})
    void a_number_that_no_computer_number_holds_is_named(String field) {
        for (String value : new String[] {"1e400", "-1e400", "[5, 1e999]", "{\"width\": 1e400}"}) {
            GenerationException e = refusal("{\"input\":{\"prompt\":\"x\",\"" + field + "\":" + value + "}}");
            assertThat(e.details()).singleElement().satisfies(error -> {
                assertThat(error.field()).startsWith("input." + field);
                assertThat(error.message()).isEqualTo("is too large a number");
            });
        }
    }

    @Test
    void metadata_is_measured_in_bytes() {
        String fits = "{\"metadata\":{\"order\":\"" + "\u00e4".repeat(128) + "\"},\"input\":{\"prompt\":\"x\"}}";

        assertThat(parse(fits).metadata()).containsKey("order");
        assertThatThrownBy(() -> parse(fits.replace("order\":\"", "order\":\"y")))
                .hasMessageContaining("metadata.order must be at most 256 bytes of UTF-8, not 257");
    }

    @Test
    void a_list_may_have_as_many_steps_as_the_limit() {
        assertThat(parse(timesteps(150)).input().timesteps()).hasSize(150).startsWith(150, 149);
        assertThat(refusal(timesteps(151)).details())
                .containsExactly(new FieldError("input.timesteps", "must be at most 150 steps", "151 steps"));
    }

    private static String timesteps(int count) {
        String list = IntStream.range(0, count).mapToObj(i -> "" + (count - i)).collect(Collectors.joining(","));
        return "{\"input\":{\"prompt\":\"x\",\"timesteps\":[" + list + "]}}";
    }

    @Test
    void a_list_may_stand_beside_what_does_not_contradict_it() {
        assertThat(parse("{\"input\":{\"prompt\":\"x\",\"sigmas\":[9.5,1,0],\"num_inference_steps\":2,"
                                + "\"sigma_schedule\":null,\"timestep_spacing\":\"trailing\"}}")
                        .input()
                        .sigmas())
                .containsExactly(9.5, 1.0, 0.0);
        assertThat(parse("{\"input\":{\"prompt\":\"x\",\"timesteps\":[5],\"sigma_schedule\":\"default\"}}")
                        .input()
                        .timesteps())
                .containsExactly(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    input        | {}
                    input.prompt | {"input":{}}
                    input.prompt | {"input":{"width":128}}
                    """)
    void a_missing_field_is_named(String field, String json) {
        GenerationException e = refusal(json);

        assertThat(e.details()).containsExactly(new FieldError(field, "is required", null));
    }

    @Test
    void every_wrong_field_is_named_at_once() {
        GenerationException e = refusal(
                "{\"input\":{\"width\":100,\"num_inference_steps\":151,\"seed\":\"a\"},\"priority\":\"urgent\"}");

        assertThat(e.details())
                .extracting(FieldError::field)
                .containsExactlyInAnyOrder(
                        "input.prompt", "input.width", "input.num_inference_steps", "input.seed", "priority");
    }

    @Test
    void a_prompt_over_the_limit_is_named_and_not_quoted_whole() {
        GenerationException e = refusal("{\"input\":{\"prompt\":\"" + "x".repeat(9000) + "\"}}");

        assertThat(e.details()).extracting(FieldError::field).containsExactly("input.prompt");
        assertThat(e.getMessage()).contains("8192 bytes").contains("9000").hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "bad", "{", "{\"input\":", "[]", "7", "null", "{\"a\":1}{\"b\":2}", "{\"a\":1,\"a\":2}"
            })
    void what_is_no_json_object_is_malformed(String json) {
        assertThatThrownBy(() -> RequestParser.readObject(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_MESSAGE));
    }

    @Test
    void half_a_surrogate_pair_is_malformed_however_it_is_written() {
        String request = "{\"input\":{\"prompt\":\"a ? circle\"}}";
        byte[] latin = request.getBytes(StandardCharsets.ISO_8859_1);
        byte[] raw = request.replace("?", "\u00ed\u00a0\u0080").getBytes(StandardCharsets.ISO_8859_1);
        byte[] escaped = request.replace("?", "\\ud800").getBytes(StandardCharsets.UTF_8);
        byte[] wide = new byte[4 * request.length()];
        for (int i = 0; i < request.length(); i++) {
            char c = request.charAt(i) == '?' ? '\ud800' : request.charAt(i);
            wide[4 * i + 2] = (byte) (c >> 8);
            wide[4 * i + 3] = (byte) c;
        }

        assertThatThrownBy(() -> RequestParser.readObject(raw)).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> RequestParser.readObject(escaped)).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> RequestParser.readObject(wide)).hasMessageContaining("surrogate");
        assertThat(RequestParser.readObject(latin).at("/input/prompt").textValue())
                .isEqualTo("a ? circle");
        byte[] whole = request.replace("?", "\ud83d\ude00 \ud55c").getBytes(StandardCharsets.UTF_8);
        assertThat(RequestParser.readObject(whole).at("/input/prompt").textValue())
                .isEqualTo("a \ud83d\ude00 \ud55c circle");
    }

    @Test
    void deep_nesting_is_malformed_and_no_stack_overflow() {
        byte[] json = ("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> RequestParser.readObject(json))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_MESSAGE));
    }

    @Test
    void null_means_not_given_and_unknown_fields_are_ignored() {
        GenerationRequest request =
                parse("{\"input\":{\"prompt\":\"x\",\"width\":null,\"refiner\":null,\"sampler\":\"k\"},"
                        + "\"priority\":null,\"output\":null,\"future\":true}");

        assertThat(request.input().prompt()).isEqualTo("x");
        assertThat(request.input().width()).isNull();
        assertThat(request.input().refiner()).isNull();
        assertThat(request.priority()).isNull();
    }

    @Test
    void both_ends_of_a_seed_are_accepted() {
        assertThat(parse("{\"input\":{\"prompt\":\"x\",\"seed\":-9223372036854775808}}")
                        .input()
                        .seed())
                .isEqualTo(Long.MIN_VALUE);
        assertThat(parse("{\"input\":{\"prompt\":\"x\",\"seed\":9223372036854775807}}")
                        .input()
                        .seed())
                .isEqualTo(Long.MAX_VALUE);
    }

    private GenerationRequest parse(String json) {
        return parser.parse(RequestParser.readObject(json.getBytes(StandardCharsets.UTF_8)));
    }

    private GenerationException refusal(String json) {
        return catchThrowableOfType(GenerationException.class, () -> parse(json));
    }
}
