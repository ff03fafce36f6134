package io.atelier.local.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that only their owner may read. */
final class PrivateFiles {
    private PrivateFiles() {}

    /** Writes the whole file or nothing of it, whatever happens meanwhile. */
    static void write(Path file, String content) throws IOException {
        // Temporary files are made with permissions for the owner alone.
        Path temporary =
                Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
        Files.writeString(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
