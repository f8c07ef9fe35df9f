package io.headrace.api;

import io.headrace.HeadraceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is costly to get and may be a little old. Who asks for it in time gets the last one; who comes too late gets
 * a new one, and others that come meanwhile wait for that; a failure is an answer too and kept like one, but not for longer
 * than a second, so that many who ask while the broker hangs wait for it once. Thread-safe; blocks, so not for event loops.
 *
 * @param <T> not null
 */
final class Cached<T> {
    private static final long FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long ttlNanos;
    private final Supplier<T> source;
    /** These three are guarded by this object's monitor. */
    private @Nullable T value;
    private @Nullable HeadraceException failure;
    private long gotAt;

    Cached(Duration ttl, Supplier<T> source) {
        this.ttlNanos = ttl.toNanos();
        this.source = source;
    }

    /** What the source throws is thrown; a {@link HeadraceException} to those who ask soon after as well. */
    synchronized T get() {
        long age = System.nanoTime() - gotAt;
        if (failure != null && age <= Math.min(ttlNanos, FAILURE_NANOS)) {
            throw failure;
        }
        T last = value;
        return last == null || failure != null || age > ttlNanos ? look() : last;
    }

    private T look() {
        try {
            T fresh = source.get();
            value = fresh;
            failure = null;
            return fresh;
        } catch (HeadraceException e) {
            failure = e;
            throw e;
        } finally {
            gotAt = System.nanoTime();
        }
    }
}
