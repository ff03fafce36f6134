package io.atelier.ort;

import java.util.Arrays;
import java.util.List;

/** The extent of a tensor along each axis, outermost first; no axes for a scalar. */
public record TensorShape(List<Long> dimensions) {

    public TensorShape {
        dimensions = List.copyOf(dimensions);
        if (dimensions.stream().anyMatch(d -> d < 0)) {
            throw new IllegalArgumentException("A shape has no negative dimension: " + dimensions);
        }
    }

    public static TensorShape of(long... dimensions) {
        return new TensorShape(Arrays.stream(dimensions).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    public long dimension(int axis) {
        return dimensions.get(axis);
    }

    /** Number of elements. */
    public int size() {
        return Math.toIntExact(dimensions.stream().reduce(1L, Math::multiplyExact));
    }

    long[] toArray() {
        return dimensions.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public String toString() {
        return dimensions.toString();
    }
}
