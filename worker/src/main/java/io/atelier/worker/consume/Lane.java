package io.atelier.worker.consume;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that touches the device: some execution providers leak when threads take turns. */
public final class Lane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    /** What is under way in native code, such as the loading of a model, cannot be interrupted, only waited for. */
    private static final Duration LONGEST_TASK = Duration.ofMinutes(2);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "lane"));

    /** Runs a task when those before it are done, and fails as it fails. */
    public <T> T run(Callable<T> task) {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the lane", e);
        }
    }

    public void run(Runnable task) {
        run(Executors.callable(task));
    }

    /** Waits for the task under way: what it uses must not be closed under it. */
    @Override
    public void close() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(LONGEST_TASK.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.error("The lane is still busy after {}", LONGEST_TASK);
        }
    }
}
