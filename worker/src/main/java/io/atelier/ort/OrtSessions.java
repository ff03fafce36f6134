package io.atelier.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Opens graphs and owns them: closing it closes all of them, the last opened first. Not thread-safe, except that
 * {@link OrtRun#terminate} may be called from anywhere.
 */
public final class OrtSessions implements AutoCloseable {
    private final OrtEnvironment environment;
    private final SessionOptionsFactory optionsFactory;
    private final Deque<OrtModel> opened = new ArrayDeque<>();

    private OrtSessions(OrtEnvironment environment, ExecutionSettings settings) {
        this.environment = environment;
        this.optionsFactory = new SessionOptionsFactory(settings);
    }

    /**
     * Checks that the provider is there, before any graph is read.
     *
     * @throws GenerationException UNSUPPORTED if it is not
     */
    public static OrtSessions create(ExecutionSettings settings) {
        OrtSessions sessions = new OrtSessions(
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "atelier"), settings);
        try {
            sessions.optionsFactory.create().close();
            return sessions;
        } catch (OrtException e) {
            throw OrtErrors.inference("setting up the session options", e);
        }
    }

    /**
     * Loads and optimises a graph; external data lies beside its file.
     *
     * @throws GenerationException MODEL_INVALID if the file is no graph that ONNX Runtime can load, OUT_OF_MEMORY
     */
    public OrtModel open(Path file) {
        try (SessionOptions options = optionsFactory.create()) {
            OrtModel model = OrtModel.of(file, environment, environment.createSession(file.toString(), options));
            opened.push(model);
            return model;
        } catch (OrtException e) {
            throw OrtErrors.load(file, e);
        }
    }

    /**
     * As {@link #open}, for a graph that draws random numbers by itself: they become an input.
     *
     * @param noise what the input is called, float32 of four axes
     * @return empty if the graph has not exactly one node that draws normally distributed numbers
     */
    public Optional<OrtModel> openWithNoise(Path file, String noise) {
        try (SessionOptions options = optionsFactory.create()) {
            Optional<byte[]> graph = RandomNode.replace(file, noise);
            if (graph.isEmpty()) {
                return Optional.empty();
            }
            // The runtime does not see where the file lies, and so would not find the external data beside it.
            options.addConfigEntry(
                    "session.model_external_initializers_file_folder_path",
                    file.toAbsolutePath().getParent().toString());
            OrtModel model = OrtModel.of(file, environment, environment.createSession(graph.get(), options));
            opened.push(model);
            return Optional.of(model);
        } catch (OrtException e) {
            throw OrtErrors.load(file, e);
        } catch (IOException e) {
            throw new GenerationException(
                    ErrorCode.MODEL_INVALID, "The graph " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The graphs that are open, in the order in which they were opened. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        opened.descendingIterator().forEachRemaining(model -> files.add(model.file()));
        return files;
    }

    /** The runs of one job. */
    public OrtRun newRun() {
        try {
            return new OrtRun(new RunOptions());
        } catch (OrtException e) {
            throw OrtErrors.inference("making run options", e);
        }
    }

    /** Closes all graphs, and goes on past one that cannot be closed. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
