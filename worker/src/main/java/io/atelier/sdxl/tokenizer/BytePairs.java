package io.atelier.sdxl.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < word.length(); i++) {
            parts.add(word.substring(i, i + 1));
        }
        parts.set(parts.size() - 1, parts.get(parts.size() - 1) + END_OF_WORD);
        for (String pair = bestPair(parts); pair != null; pair = bestPair(parts)) {
            merge(parts, pair);
        }
        return parts;
    }

    private String bestPair(List<String> parts) {
        String best = null;
        int bestRank = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < parts.size(); i++) {
            String pair = pair(parts, i);
            int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
            if (rank < bestRank) {
                best = pair;
                bestRank = rank;
            }
        }
        return best;
    }

    private static void merge(List<String> parts, String pair) {
        for (int i = 0; i + 1 < parts.size(); i++) {
            if (pair(parts, i).equals(pair)) {
                parts.set(i, parts.get(i) + parts.remove(i + 1));
            }
        }
    }

    private static String pair(List<String> parts, int left) {
        return parts.get(left) + ' ' + parts.get(left + 1);
    }
}
