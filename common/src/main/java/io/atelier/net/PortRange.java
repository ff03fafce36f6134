package io.atelier.net;

/** Ports from {@code first} to {@code last}, both included. */
public record PortRange(int first, int last) {
    private static final int HIGHEST = 65535;

    public PortRange {
        if (first < 1 || last > HIGHEST || first > last) {
            throw new IllegalArgumentException("Ports lie between 1 and " + HIGHEST + ": " + first + "-" + last);
        }
    }

    /** @param text a port or, as in {@code 8000-8999}, a first and a last one */
    public static PortRange parse(String text) {
        if (!text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
            throw new IllegalArgumentException("No port, and no range such as 8000-8999: " + text);
        }
        String[] ends = text.split("-");
        return new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    boolean contains(int port) {
        return first <= port && port <= last;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
