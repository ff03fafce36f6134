package io.atelier.sdxl.textencoder;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A part of a prompt and how much it counts; 1 is as much as without weights.
 *
 * <p>The syntax is ComfyUI's: {@code (words)} count 1.1 times what surrounds them, {@code (words:1.3)} count 1.3 whatever
 * surrounds them, and {@code \(} is a bracket to draw. Brackets that find no partner are text, except that a group that
 * nothing closes is closed by a bracket at the very end. Only decimal numbers are weights: {@code (at:night)} is text.
 *
 * @see "ComfyUI comfy/sd1_clip.py, parse_parentheses and token_weights, as of 2026"
 */
public record WeightedText(String text, double weight) {
    /** Far beyond what makes a picture. ComfyUI has no limit, and numbers that overflow there end in a black picture. */
    public static final int MAX_WEIGHT = 1000;

    private static final double EMPHASIS = 1.1;
    private static final Pattern NUMBER =
            Pattern.compile("\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*");

    /** Whether the weight is one to draw with. */
    public boolean isInRange() {
        return Math.abs(weight) <= MAX_WEIGHT;
    }

    /** The parts of a prompt, in order, without the brackets that made them. Every text can be read. */
    public static List<WeightedText> parse(String prompt) {
        List<WeightedText> parts = new ArrayList<>();
        // No recursion: a prompt may be thousands of brackets.
        Deque<WeightedText> unread = new ArrayDeque<>();
        unread.push(new WeightedText(prompt, 1));
        while (!unread.isEmpty()) {
            WeightedText next = unread.pop();
            List<String> pieces = split(next.text);
            if (pieces.size() == 1 && !isGroup(pieces.get(0))) {
                parts.add(new WeightedText(unescape(next.text), next.weight));
            } else {
                for (int i = pieces.size() - 1; i >= 0; i--) {
                    unread.push(next.inner(pieces.get(i)));
                }
            }
        }
        return parts;
    }

    /** The outermost groups, with their brackets, and the texts between them. */
    private static List<String> split(String text) {
        List<String> pieces = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isBracket('(', text, i)) {
                if (depth == 0 && start < i) {
                    pieces.add(text.substring(start, i));
                    start = i;
                }
                depth++;
            } else if (isBracket(')', text, i)) {
                // May fall below zero: the next opening bracket is then text as well.
                depth--;
                if (depth == 0) {
                    pieces.add(text.substring(start, i + 1));
                    start = i + 1;
                }
            }
        }
        if (start < text.length()) {
            pieces.add(text.substring(start));
        }
        return pieces;
    }

    private WeightedText inner(String piece) {
        if (!isGroup(piece)) {
            return new WeightedText(piece, weight);
        }
        String content = piece.substring(1, piece.length() - 1);
        int colon = content.lastIndexOf(':');
        if (colon > 0 && NUMBER.matcher(content.substring(colon + 1)).matches()) {
            return new WeightedText(content.substring(0, colon), Double.parseDouble(content.substring(colon + 1)));
        }
        return new WeightedText(content, weight * EMPHASIS);
    }

    private static boolean isGroup(String piece) {
        return piece.length() > 1 && isBracket('(', piece, 0) && isBracket(')', piece, piece.length() - 1);
    }

    private static boolean isBracket(char bracket, String text, int index) {
        return text.charAt(index) == bracket && (index == 0 || text.charAt(index - 1) != '\\');
    }

    private static String unescape(String text) {
        return text.replace("\\(", "(").replace("\\)", ")");
    }
}
