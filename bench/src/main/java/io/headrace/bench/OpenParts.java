package io.headrace.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts that must be gone at the end, also when that comes by Ctrl-C in the middle of a measurement. Thread-safe:
 * closing waits for a part that is just being opened.
 */
final class OpenParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);

    /** Makes a part. */
    interface Opening<T> {
        T open() throws Exception;
    }

    /** Newest first. Guarded by this. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    /** Guarded by this. */
    private boolean closed;

    /** @throws Stopped when all was closed before */
    synchronized <T extends AutoCloseable> T open(Opening<T> opening) throws Exception {
        if (closed) {
            throw new Stopped();
        }
        T part = opening.open();
        parts.push(part);
        return part;
    }

    /** Opens no more parts. */
    synchronized void refuse() {
        closed = true;
    }

    synchronized boolean closed() {
        return closed;
    }

    /** Closes the parts, those opened last first. One that fails keeps none of the others. */
    @Override
    public synchronized void close() {
        closed = true;
        boolean interrupted = Thread.interrupted(); // to clean up needs waits
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part of the benchmark did not end in good order", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The benchmark was told to end. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
