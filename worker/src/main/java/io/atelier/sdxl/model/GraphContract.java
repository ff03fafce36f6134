package io.atelier.sdxl.model;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.ElementType;
import io.atelier.ort.OrtModel;
import io.atelier.ort.TensorSignature;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Checks on loading that a graph is the one that we can run, so that a wrong export fails then and not in a job. */
public final class GraphContract {
    public static final Set<ElementType> FLOATING = EnumSet.of(ElementType.FLOAT32, ElementType.FLOAT16);
    public static final Set<ElementType> WHOLE = EnumSet.of(ElementType.INT64, ElementType.INT32);
    public static final Set<ElementType> NUMBERS = EnumSet.complementOf(EnumSet.of(ElementType.OTHER));

    private final OrtModel graph;

    public GraphContract(OrtModel graph) {
        this.graph = graph;
    }

    /** The graph must have all of these inputs and no others. */
    public GraphContract takes(Set<String> names) {
        for (String name : names) {
            if (graph.input(name).isEmpty()) {
                throw invalid("has no input \"" + name + "\"; its inputs: " + graph.inputNames());
            }
        }
        for (String name : graph.inputNames()) {
            if (!names.contains(name)) {
                throw invalid("needs an input \"" + name + "\" that is not known here; known: " + names);
            }
        }
        return this;
    }

    /** The input must be of one of these types and have one of these numbers of axes. */
    public GraphContract input(String name, Set<ElementType> types, Integer... ranks) {
        check("input", graph.input(name).orElseThrow(), types, ranks);
        return this;
    }

    /** The graph must have the output, of one of these types and with one of these numbers of axes. */
    public GraphContract output(String name, Set<ElementType> types, Integer... ranks) {
        Optional<TensorSignature> output = graph.output(name);
        if (output.isEmpty()) {
            throw invalid("has no output \"" + name + "\"; its outputs: " + graph.outputNames());
        }
        check("output", output.get(), types, ranks);
        return this;
    }

    private void check(String kind, TensorSignature signature, Set<ElementType> types, Integer... ranks) {
        String edge = kind + " \"" + signature.name() + "\"";
        if (!types.contains(signature.type())) {
            throw invalid("has an " + edge + " of the type " + lower(signature.type()) + "; needed: "
                    + lower(String.join(" or ", types.stream().map(Enum::name).toList())));
        }
        if (!Arrays.asList(ranks).contains(signature.rank())) {
            throw invalid("has an " + edge + " with " + signature.rank() + " axes; needed: "
                    + String.join(
                            " or ", Arrays.stream(ranks).map(String::valueOf).toList()));
        }
    }

    /** The graph must leave the extent of an input along an axis to us. */
    public GraphContract isOpen(String name, int axis) {
        OptionalLong fixed = graph.input(name).orElseThrow().dimension(axis);
        if (fixed.isPresent()) {
            throw invalid("was exported for " + fixed.getAsLong() + " along axis " + axis + " of \"" + name
                    + "\" only; needed: a dynamic axis");
        }
        return this;
    }

    /** If the graph fixes the extent of an input along an axis, it must be this one. */
    public GraphContract inputDimension(String name, int axis, long expected, String because) {
        OptionalLong actual = graph.input(name).map(s -> s.dimension(axis)).orElse(OptionalLong.empty());
        if (actual.isPresent() && actual.getAsLong() != expected) {
            throw invalid("takes " + actual.getAsLong() + " numbers as \"" + name + "\", but " + because + " gives "
                    + expected);
        }
        return this;
    }

    /** The last extent of an output, or what the configuration says where the graph leaves it open. */
    public int width(String output, int configured) {
        OptionalLong width = graph.output(output).map(s -> s.dimension(-1)).orElse(OptionalLong.empty());
        return Math.toIntExact(width.orElse(configured));
    }

    /** An error to throw about this graph. */
    public GenerationException invalid(String complaint) {
        return new GenerationException(ErrorCode.MODEL_INVALID, "The graph " + graph.file() + " " + complaint);
    }

    private static String lower(Object name) {
        return name.toString().toLowerCase(Locale.ROOT);
    }
}
