package io.atelier.sdxl.model;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * SHA-256 of the files that decide how pictures look, by their path below the model's root. Every file is read once.
 */
public final class ModelDigest {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final List<String> FOREIGN_WEIGHTS =
            List.of(".safetensors", ".msgpack", ".ckpt", "pytorch_model.bin", "openvino_model.bin");

    /** Path with forward slashes to hexadecimal digest, sorted. */
    private final TreeMap<String, String> files = new TreeMap<>();

    /**
     * @param label what the folder is called in the digest, independent of where it lies
     * @param names files, or folders of which all files count
     */
    public ModelDigest add(String label, ModelFolder folder, List<String> names) {
        for (String name : names) {
            addTree(label, folder.root(), folder.root().resolve(name));
        }
        return this;
    }

    /** "sha256:" and the digest over all paths and contents. */
    public String value() {
        MessageDigest digest = sha256();
        files.forEach((path, hash) -> digest.update((path + '\n' + hash + '\n').getBytes(StandardCharsets.UTF_8)));
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Whether two folders that were added hold the same files, as base and refiner often do.
     *
     * @param except a file that may differ
     */
    public boolean same(String prefix, String otherPrefix, String except) {
        return below(prefix, except).equals(below(otherPrefix, except));
    }

    private Map<String, String> below(String prefix, String except) {
        Map<String, String> found = new TreeMap<>();
        files.tailMap(prefix).forEach((path, hash) -> {
            if (path.startsWith(prefix + "/") && !path.equals(prefix + "/" + except)) {
                found.put(path.substring(prefix.length()), hash);
            }
        });
        return found;
    }

    private void addTree(String label, Path root, Path start) {
        try (Stream<Path> tree = Files.walk(start)) {
            for (Path file : tree.filter(ModelDigest::counts).toList()) {
                String name = root.relativize(file).toString().replace('\\', '/');
                files.put(label + "/" + name, hash(file));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new GenerationException(
                    ErrorCode.MODEL_INVALID, "The model's " + start + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Published folders hold the same weights once more for other runtimes, as large and of no effect here. */
    private static boolean counts(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file) && FOREIGN_WEIGHTS.stream().noneMatch(name::endsWith);
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
