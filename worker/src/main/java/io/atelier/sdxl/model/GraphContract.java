package io.atelier.sdxl.model;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.OrtModel;
import java.util.OptionalLong;
import java.util.Set;

/** Checks on loading that a graph is the one that we can run, so that a wrong export fails then and not in a job. */
public final class GraphContract {
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

    public GraphContract gives(String name) {
        if (graph.output(name).isEmpty()) {
            throw invalid("has no output \"" + name + "\"; its outputs: " + graph.outputNames());
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

    private GenerationException invalid(String complaint) {
        return new GenerationException(ErrorCode.MODEL_INVALID, "The graph " + graph.file() + " " + complaint);
    }
}
