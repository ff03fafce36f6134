package io.atelier.bench.speed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a JVM holds at a moment, on Linux.
 *
 * @param heapMegabytes     live objects, counted after a full collection
 * @param residentMegabytes of the whole process
 */
public record ProcessSample(double heapMegabytes, double residentMegabytes, int threads, int handles) {

    public static ProcessSample take(long pid) throws IOException, InterruptedException {
        double heap = liveBytes(pid) / 1e6;
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
            return new ProcessSample(
                    heap, status(process, "VmRSS:") * 1024.0 / 1e6, (int) status(process, "Threads:"), (int)
                            handles.count());
        }
    }

    /** A class histogram collects garbage first and ends with the sum of what is left. */
    private static long liveBytes(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process histogram = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        histogram.waitFor();
        String total = text.lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException("No histogram of " + pid + ": " + text));
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    private static long status(Path process, String key) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.split("\\s+")[1])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "heap %.2f MB, resident %.1f MB, %d threads, %d handles",
                heapMegabytes,
                residentMegabytes,
                threads,
                handles);
    }
}
