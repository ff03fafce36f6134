package io.atelier.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was opened, the last first, and goes on past a failure. */
final class Resources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

    private final Deque<Named> open = new ArrayDeque<>();

    private record Named(String name, AutoCloseable resource) {}

    synchronized <T extends AutoCloseable> T add(String name, T resource) {
        open.push(new Named(name, resource));
        return resource;
    }

    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            Named next = open.pop();
            try {
                next.resource.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                LOG.warn("Interrupted while closing {}", next.name);
            } catch (Exception e) {
                LOG.warn("Cannot close {}", next.name, e);
            }
        }
    }
}
