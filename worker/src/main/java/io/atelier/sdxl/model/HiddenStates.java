package io.atelier.sdxl.model;

import io.atelier.ort.OrtModel;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text encoder's outputs after each layer, from the embeddings, 0, to the last layer. Exporters agree on the numbers,
 * not on the spelling: {@code hidden_states.11}, {@code hidden_states_11}, {@code hidden_state_11},
 * {@code hidden_states[11]}.
 */
public final class HiddenStates {
    private static final Pattern SPELLING = Pattern.compile("/?hidden_states?[._/\\[]?(\\d+)\\]?");

    private final Map<Integer, String> names;

    private HiddenStates(Map<Integer, String> names) {
        this.names = names;
    }

    /**
     * @param layers how many the encoder has by its configuration
     * @throws io.atelier.error.GenerationException MODEL_INVALID if the graph has another number of layers, or does not
     *                                              give the state before the last one
     */
    public static HiddenStates of(OrtModel graph, int layers) {
        TreeMap<Integer, String> names = new TreeMap<>();
        for (String name : graph.outputNames()) {
            Matcher matcher = SPELLING.matcher(name);
            if (matcher.matches()) {
                names.put(Integer.valueOf(matcher.group(1)), name);
            }
        }
        if (!names.containsKey(layers - 1)) {
            throw new GraphContract(graph)
                    .invalid("has no output \"hidden_states." + (layers - 1) + "\", the state before the last of the "
                            + layers + " layers that config.json tells of; its outputs: " + graph.outputNames());
        }
        if (names.lastKey() > layers) {
            throw new GraphContract(graph)
                    .invalid("has the output \"" + names.lastEntry().getValue() + "\", but config.json tells of "
                            + layers + " layers only");
        }
        return new HiddenStates(names);
    }

    /** What the graph calls the output. */
    public Optional<String> name(int layer) {
        return Optional.ofNullable(names.get(layer));
    }
}
