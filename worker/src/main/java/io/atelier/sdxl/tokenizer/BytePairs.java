package io.atelier.sdxl.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Byte-pair encoding: a word's characters are merged, the most frequent pair of the training text first. */
final class BytePairs {
    static final String END_OF_WORD = "</w>";

    /** Left and right part of a merge, separated as in merges.txt, with its rank. */
    private final Map<String, Integer> ranks;

    BytePairs(Map<String, Integer> ranks) {
        this.ranks = ranks;
    }

    /** @param word not empty, in the byte alphabet */
    List<String> split(String word) {
        return new Merging(word).run();
    }

    /** Two neighbours that may become one: the parts that start at {@code left} and {@code right}, while they are so long. */
    private record Merge(int rank, int left, int right, int length) {
        static final Comparator<Merge> ORDER =
                Comparator.comparingInt(Merge::rank).thenComparingInt(Merge::left);
    }

    /**
     * The parts of one word, by the character that they start at. Candidates wait in a queue, so that a word of thousands of
     * characters is no burden.
     */
    private final class Merging {
        private final String[] parts;
        private final int[] previous;
        private final int[] next;
        private final PriorityQueue<Merge> candidates = new PriorityQueue<>(Merge.ORDER);

        Merging(String word) {
            int length = word.length();
            parts = new String[length];
            previous = new int[length];
            next = new int[length];
            for (int i = 0; i < length; i++) {
                parts[i] = word.substring(i, i + 1) + (i == length - 1 ? END_OF_WORD : "");
                previous[i] = i - 1;
                next[i] = i + 1;
            }
        }

        List<String> run() {
            for (int i = 0; i + 1 < parts.length; i++) {
                consider(i, i + 1);
            }
            for (Merge merge = candidates.poll(); merge != null; merge = candidates.poll()) {
                if (isStillThere(merge)) {
                    join(merge.left, merge.right);
                }
            }
            List<String> result = new ArrayList<>();
            for (int i = 0; i < parts.length; i = next[i]) {
                result.add(parts[i]);
            }
            return result;
        }

        private void consider(int left, int right) {
            Integer rank = ranks.get(parts[left] + ' ' + parts[right]);
            if (rank != null) {
                candidates.add(new Merge(rank, left, right, parts[left].length() + parts[right].length()));
            }
        }

        // Parts only grow, so the same length means the same parts.
        private boolean isStillThere(Merge merge) {
            return parts[merge.left] != null
                    && parts[merge.right] != null
                    && parts[merge.left].length() + parts[merge.right].length() == merge.length;
        }

        private void join(int left, int right) {
            parts[left] += parts[right];
            parts[right] = null;
            next[left] = next[right];
            if (next[left] < parts.length) {
                previous[next[left]] = left;
                consider(left, next[left]);
            }
            if (previous[left] >= 0) {
                consider(previous[left], left);
            }
        }
    }
}
