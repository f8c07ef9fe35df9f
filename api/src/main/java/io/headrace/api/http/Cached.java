package io.headrace.api.http;

import io.headrace.HeadraceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is costly to get and may be a little old. Who asks for it in time gets the last one; who comes too late
 * gets a new one, and others that come meanwhile wait for that; a failure is an answer too and kept like one, but not
 * for longer than a second, so that many who ask while the broker hangs wait for it once. Thread-safe; blocks, so not
 * for event loops.
 *
 * @param <T> not null
 */
public final class Cached<T> {
    private static final long FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** At most so much of the time is spent on looking, whoever asks, where a look can be costly. */
    private static final int SHARE = 10;
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long ttlNanos;
    private final boolean costly;
    private final LongSupplier nanoClock;
    private final Supplier<T> source;
    /** These are guarded by this object's monitor. */
    private @Nullable T value;
    private @Nullable HeadraceException failure;
    private long gotAt;
    private long tookNanos;

    public Cached(Duration ttl, Supplier<T> source) {
        this(ttl, source, false, System::nanoTime);
    }

    private Cached(Duration ttl, Supplier<T> source, boolean costly, LongSupplier nanoClock) {
        this.ttlNanos = ttl.toNanos();
        this.source = source;
        this.costly = costly;
        this.nanoClock = nanoClock;
    }

    /** One that keeps a value longer when it took long to get: ten times as long, up to a minute. */
    public static <T> Cached<T> costly(Duration ttl, Supplier<T> source, LongSupplier nanoClock) {
        return new Cached<>(ttl, source, true, nanoClock);
    }

    /** What the source throws is thrown; a {@link HeadraceException} to those who ask soon after as well. */
    public synchronized T get() {
        long age = nanoClock.getAsLong() - gotAt;
        if (failure != null && age <= Math.min(ttlNanos, FAILURE_NANOS)) {
            throw failure;
        }
        T last = value;
        return last == null || failure != null || age > keptNanos() ? look() : last;
    }

    private long keptNanos() {
        return costly ? Math.max(ttlNanos, Math.min(MAX_NANOS, (SHARE - 1) * tookNanos)) : ttlNanos;
    }

    private T look() {
        long startedAt = nanoClock.getAsLong();
        try {
            T fresh = source.get();
            value = fresh;
            failure = null;
            return fresh;
        } catch (HeadraceException e) {
            failure = e;
            throw e;
        } finally {
            gotAt = nanoClock.getAsLong();
            tookNanos = gotAt - startedAt;
        }
    }
}
