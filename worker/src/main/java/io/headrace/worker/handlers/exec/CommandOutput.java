package io.headrace.worker.handlers.exec;

import io.headrace.worker.handlers.ResultMemory;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a command prints, up to a bound; the rest is read and thrown away, so that the command can end. Written by one
 * thread; guarded by itself, but for the time.
 */
final class CommandOutput {
    private final int max;
    private final ResultMemory memory;
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private boolean tooLong;
    private volatile boolean waiting;
    /** When its writer last got memory for which it had to wait, by {@link System#nanoTime}. */
    private volatile long gotAt = System.nanoTime() - TimeUnit.DAYS.toNanos(1);

    /** @param max bytes */
    CommandOutput(int max, ResultMemory memory) {
        this.max = max;
        this.memory = memory;
    }

    void take(byte[] bytes, int length) {
        if (fits(length)) {
            awaitMemory(length);
            synchronized (this) {
                all.write(bytes, 0, length);
            }
        }
    }

    private synchronized boolean fits(int length) {
        if (all.size() + length > max) {
            tooLong = true;
            all.reset();
        }
        return !tooLong;
    }

    private void awaitMemory(int length) {
        waiting = true;
        try {
            if (memory.awaitResult(length)) {
                gotAt = System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting = false;
        }
    }

    /**
     * Whether its writer has waited for memory within such a time, so that more may come although the command has
     * ended.
     */
    boolean heldUpWithin(long nanos) {
        return waiting || System.nanoTime() - gotAt < nanos;
    }

    /** What was read so far, or null when it was too long. */
    synchronized byte @Nullable [] bytes() {
        return tooLong ? null : all.toByteArray();
    }
}
