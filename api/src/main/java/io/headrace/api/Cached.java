package io.headrace.api;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is costly to get and may be a little old. Who asks for it in time gets the last one; who comes too late gets
 * a new one, and others that come meanwhile wait for that. Thread-safe; blocks, so not for event loops.
 *
 * @param <T> not null
 */
final class Cached<T> {
    private final long ttlNanos;
    private final Supplier<T> source;
    /** These two are guarded by this object's monitor. */
    private @Nullable T value;
    private long gotAt;

    Cached(Duration ttl, Supplier<T> source) {
        this.ttlNanos = ttl.toNanos();
        this.source = source;
    }

    /** What the source throws is thrown and not kept. */
    synchronized T get() {
        T last = value;
        if (last == null || System.nanoTime() - gotAt > ttlNanos) {
            last = source.get();
            value = last;
            gotAt = System.nanoTime();
        }
        return last;
    }
}
