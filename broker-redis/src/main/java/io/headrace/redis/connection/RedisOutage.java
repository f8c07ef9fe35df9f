package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.broker.BrokerObserver;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether Redis is away, for all connections of a broker: its observer is told once when it goes and once when it is
 * back, however many calls notice. Meanwhile calls are refused at once, and one thread, {@code headrace-probe}, asks
 * whether Redis answers again, with back-off and jitter; it lives only as long as the outage.
 *
 * <p>In a cluster one server can be away while the others answer. There calls are never refused here: each finds out by
 * itself, and an outage ends with the first answer from the slot that it began with.
 *
 * <p>Thread-safe; the fields are guarded by {@code this}, the volatile ones are also read without it.
 */
final class RedisOutage implements AutoCloseable {
    private static final long FLOOR_MS = 50;
    /** Callers learn within about this time that Redis is back. */
    private static final long CAP_MS = 500;

    private final BrokerObserver observer;
    private final boolean cluster;
    private final BooleanSupplier probe;
    private final LongSupplier nanoClock;
    private final UnexpectedErrors unexpected;
    /** Why Redis is away; null while it is not. */
    private volatile @Nullable String why;
    private volatile long newestFailure;
    private volatile int shard;
    private long since;
    private boolean closed;

    /** @param probe whether Redis answers, asked in a bounded time and past this object */
    RedisOutage(BrokerObserver observer, boolean cluster, BooleanSupplier probe, LongSupplier nanoClock,
            UnexpectedErrors unexpected) {
        this.observer = observer;
        this.cluster = cluster;
        this.probe = probe;
        this.nanoClock = nanoClock;
        this.unexpected = unexpected;
    }

    /** @throws BrokerUnavailable at once, while Redis is known to be away */
    void refuse() {
        String reason = why;
        if (reason != null && !cluster) {
            throw new BrokerUnavailable("Redis is away: " + reason, null);
        }
    }

    /** Redis could not be reached, or did not answer in time. */
    synchronized void failed(int atShard, String reason) {
        newestFailure = nanoClock.getAsLong();
        if (why != null || closed) {
            return;
        }
        why = reason;
        since = newestFailure;
        shard = atShard;
        if (cluster || probing()) {
            observer.away(reason);
        } else {
            why = null; // nobody would notice the end, so each call finds out by itself
        }
    }

    private boolean probing() {
        Thread prober = new Thread(this::probe, "headrace-probe");
        prober.setDaemon(true);
        try {
            prober.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * Redis answered.
     *
     * @param askedAt when it was asked; an answer to what was asked before the newest failure proves nothing
     */
    void succeeded(int atShard, long askedAt) {
        if (why != null && atShard == shard && askedAt - newestFailure >= 0) {
            end();
        }
    }

    private synchronized void end() {
        if (why != null) {
            why = null;
            observer.back(Duration.ofNanos(nanoClock.getAsLong() - since));
        }
    }

    private void probe() {
        for (int failures = 0; why != null && !isClosed(); failures++) {
            long ceilingMs = Math.min(CAP_MS, FLOOR_MS << Math.min(failures, 10));
            LockSupport.parkNanos((1 + ThreadLocalRandom.current().nextLong(ceilingMs)) * 1_000_000);
            try {
                probeOnce();
            } catch (RuntimeException | Error e) { // whatever it is, callers are refused until somebody finds out
                unexpected.survived("looking for Redis", e);
            }
        }
    }

    private void probeOnce() {
        long askedAt = nanoClock.getAsLong();
        if (why != null && probe.getAsBoolean() && askedAt - newestFailure >= 0) {
            end();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
