package io.atelier.sdxl.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder in the layout of an optimum export, or one part of it. Whatever is missing or wrong becomes MODEL_INVALID
 * with a sentence that names the file.
 */
public final class ModelFolder {
    // Python writes infinities into JSON, such as the lambda_min_clipped of a DPM-Solver.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final String LFS_POINTER = "version https://git-lfs";

    private final Path root;

    private ModelFolder(Path root) {
        this.root = root;
    }

    /** @throws GenerationException MODEL_INVALID if there is no such folder */
    public static ModelFolder at(Path root) {
        if (!Files.isDirectory(root)) {
            throw new GenerationException(ErrorCode.MODEL_INVALID, "There is no model folder at " + root);
        }
        return new ModelFolder(root);
    }

    public Path root() {
        return root;
    }

    public boolean has(String name) {
        return Files.exists(root.resolve(name));
    }

    /** @throws GenerationException MODEL_INVALID if the model lacks the part */
    public ModelFolder part(String name) {
        if (!Files.isDirectory(root.resolve(name))) {
            throw new GenerationException(ErrorCode.MODEL_INVALID, "The model lacks its folder " + root.resolve(name));
        }
        return new ModelFolder(root.resolve(name));
    }

    public Path file(String name) {
        Path file = root.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new GenerationException(ErrorCode.MODEL_INVALID, "The model lacks its file " + file);
        }
        if (isLargeFilePointer(file)) {
            throw invalid(name, "is a Git LFS pointer; needed: the file itself, as git lfs pull fetches it");
        }
        return file;
    }

    private static boolean isLargeFilePointer(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(LFS_POINTER.length());
            return new String(start, StandardCharsets.US_ASCII).equals(LFS_POINTER);
        } catch (IOException e) {
            return false; // whoever reads it will say what is wrong
        }
    }

    /** Whether another folder has a file of the same name and content. */
    public boolean shares(String name, ModelFolder other) {
        try {
            return Files.mismatch(file(name), other.file(name)) == -1;
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    public JsonNode json(String name) {
        try {
            return JSON.readTree(file(name).toFile());
        } catch (JsonProcessingException e) {
            throw new GenerationException(
                    ErrorCode.MODEL_INVALID,
                    "The model's file " + root.resolve(name) + " is not JSON: " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** A missing node if there is no such file. */
    public JsonNode optionalJson(String name) {
        return has(name) ? json(name) : MissingNode.getInstance();
    }

    public List<String> lines(String name) {
        try {
            return Files.readAllLines(file(name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** An error to throw: the file {@code name} says or lacks something. */
    public GenerationException invalid(String name, String complaint) {
        return new GenerationException(
                ErrorCode.MODEL_INVALID, "The model's file " + root.resolve(name) + " " + complaint);
    }

    private GenerationException unreadable(String name, IOException cause) {
        return new GenerationException(
                ErrorCode.MODEL_INVALID,
                "The model's file " + root.resolve(name) + " cannot be read: " + cause.getMessage(),
                cause);
    }
}
