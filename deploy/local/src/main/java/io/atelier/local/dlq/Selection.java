package io.atelier.local.dlq;

import io.atelier.local.cluster.ClusterFailure;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of many dead letters are meant. */
public final class Selection {
    private Selection() {}

    /**
     * Those at these places.
     *
     * @throws ClusterFailure if there is nothing at one of them
     */
    public static List<DeadLetter> at(List<String> places, List<DeadLetter> letters) {
        Map<String, DeadLetter> byPlace = new LinkedHashMap<>();
        letters.forEach(letter -> byPlace.put(letter.place(), letter));
        List<DeadLetter> found = new ArrayList<>();
        for (String place : new LinkedHashSet<>(places)) {
            found.add(Optional.ofNullable(byPlace.get(place))
                    .orElseThrow(() -> new ClusterFailure("There is no dead letter " + place)));
        }
        return found;
    }

    /**
     * Without those that were put back and came again: of one generation's letters with the same request only the last, which
     * knows of all attempts. Another request under the same id is a letter of its own, and so is each that names no id.
     */
    public static List<DeadLetter> lastOfEach(List<DeadLetter> letters) {
        Map<Object, DeadLetter> last = new LinkedHashMap<>();
        for (DeadLetter letter : letters) {
            Object request =
                    letter.id().isEmpty() ? letter : new Request(letter.id().get(), value(letter));
            // Behind those that are later than its predecessor.
            last.remove(request);
            last.put(request, letter);
        }
        return List.copyOf(last.values());
    }

    private static ByteBuffer value(DeadLetter letter) {
        byte[] value = letter.record().value();
        return ByteBuffer.wrap(value == null ? new byte[0] : value);
    }

    private record Request(String id, ByteBuffer value) {}
}
