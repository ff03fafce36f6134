package io.atelier.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * An input or output as the graph declares it.
 *
 * @param dimensions outermost first; -1 where the graph leaves the extent open
 */
public record TensorSignature(String name, ElementType type, List<Long> dimensions) {

    public TensorSignature {
        dimensions = List.copyOf(dimensions);
    }

    static TensorSignature of(NodeInfo node) {
        if (!(node.getInfo() instanceof TensorInfo)) {
            return new TensorSignature(node.getName(), ElementType.OTHER, List.of());
        }
        TensorInfo info = (TensorInfo) node.getInfo();
        return new TensorSignature(
                node.getName(),
                ElementType.of(info),
                Arrays.stream(info.getShape()).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    /** The extent along an axis, counted from the end when negative; empty where the graph leaves it open. */
    public OptionalLong dimension(int axis) {
        int index = axis < 0 ? rank() + axis : axis;
        if (index < 0 || index >= rank() || dimensions.get(index) < 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(dimensions.get(index));
    }
}
