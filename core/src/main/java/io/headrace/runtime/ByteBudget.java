package io.headrace.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes a process may hold at once of what it does not choose the size of, such as payloads, results and
 * bodies. Counts do not bound memory: a thousand jobs may be 100 KB or 256 MB. Who is refused asks for less, waits, or
 * answers "too busy"; nobody ever blocks here. Thread-safe; one atomic number.
 */
public final class ByteBudget {
    /**
     * A quarter of the heap: what is held is on its way in two or three forms, and the rest of the process lives beside
     * it.
     */
    private static final int SHARE_OF_HEAP = 4;

    private final long total;
    private final AtomicLong held = new AtomicLong();

    /** @param total the most bytes to be held, from 1 */
    public ByteBudget(long total) {
        if (total < 1) {
            throw new IllegalArgumentException("a budget must be at least 1 byte, was " + total);
        }
        this.total = total;
    }

    /** A budget of a quarter of the largest heap that this JVM may have. */
    public static ByteBudget ofHeap() {
        return new ByteBudget(Math.max(1, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
    }

    /**
     * Takes bytes if so many are left. What is larger than the whole budget passes while nothing else is held, so that
     * one large thing is slow and not impossible.
     *
     * @param bytes from 0
     * @return whether they were taken; then {@link #release} gives them back
     */
    public boolean tryReserve(long bytes) {
        long before = held.get();
        while (before == 0 || bytes <= total - before) {
            if (held.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = held.get();
        }
        return false;
    }

    /** Takes bytes that are in memory already, left or not; {@link #release} gives them back. */
    public void reserve(long bytes) {
        held.addAndGet(bytes);
    }

    /** Gives back bytes that were taken: as many as were, once. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
    }

    /** How many bytes may be held at once. */
    public long total() {
        return total;
    }

    /** How many bytes are held; more than {@link #total} where some were there before they could be asked for. */
    public long held() {
        return held.get();
    }

    /** How many bytes are left, from 0. */
    public long left() {
        return Math.max(0, total - held.get());
    }
}
