package io.atelier.bench.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a device did, one line for each beginning and end of a draw, written at once so that a killed process leaves it
 * behind. Times are of {@link System#nanoTime}, which on Linux all processes of a machine share.
 */
public final class DrawLog implements AutoCloseable {
    private final Writer out;
    private final String worker;

    /** What one line says. */
    public enum Kind {
        STARTED,
        FINISHED,
        STOPPED
    }

    public record Entry(Kind kind, String id, String worker, long nanoTime) {
        private static Entry parse(String line) {
            String[] parts = line.split(" ");
            return new Entry(Kind.valueOf(parts[0]), parts[1], parts[2], Long.parseLong(parts[3]));
        }
    }

    /** @param worker whose device this is; a file of that name is made in the folder, or gone on with */
    public DrawLog(Path folder, String worker) throws IOException {
        Files.createDirectories(folder);
        this.worker = worker;
        this.out = Files.newBufferedWriter(
                folder.resolve(worker + ".draws"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void started(String id) {
        write(Kind.STARTED, id);
    }

    void ended(String id, boolean finished) {
        write(finished ? Kind.FINISHED : Kind.STOPPED, id);
    }

    private synchronized void write(Kind kind, String id) {
        try {
            out.write(kind + " " + id + " " + worker + " " + System.nanoTime() + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the devices of a cluster did, each device's in its order. */
    public static List<Entry> read(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted()
                    .filter(file -> file.toString().endsWith(".draws"))
                    .flatMap(DrawLog::lines)
                    .map(Entry::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line without its end is still being written. */
    private static Stream<String> lines(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
