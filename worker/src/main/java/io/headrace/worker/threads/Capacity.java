package io.headrace.worker.threads;

import io.headrace.Durations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many attempts may be under way at once: as many as there are slots, and fewer while the machine gives this
 * process no more threads, children or descriptors. Each refusal lowers the bound and stops claiming for a while; time
 * raises it again, as far as threads can be started for it. So what cannot run here is left to others. Told in two
 * lines of the log, like an outage.
 *
 * <p>Any thread may tell of a refusal; the claim loop's thread asks. The fields are guarded by {@code this},
 * {@code limit} is also read without it.
 */
public final class Capacity {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_DOUBLINGS = 3;
    private static final long GROW_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Logger log = LoggerFactory.getLogger(Capacity.class);

    private final int slots;
    private final Clocks clocks;
    private volatile int limit;
    private long since;
    private long pausedUntil;
    private long growAt;
    private int doublings;

    public Capacity(int slots, Clocks clocks) {
        this.slots = slots;
        this.limit = slots;
        this.clocks = clocks;
    }

    /** How many may be under way now. */
    public int limit() {
        return limit;
    }

    public boolean reduced() {
        return limit < slots;
    }

    /** The machine refused a thread for an attempt: no more can be under way than there are threads. */
    public synchronized void refusedThread(Throwable why, int threads) {
        lower(why, threads);
    }

    /** The machine refused what an attempt needs besides its thread: half as many may need what there is. */
    public synchronized void refused(Throwable why) {
        if (clocks.now() >= pausedUntil) { // what is refused at once counts once
            lower(why, limit / 2);
        }
    }

    private void lower(Throwable why, int possible) {
        long now = clocks.now();
        int lower = Math.min(limit, Math.min(slots - 1, possible));
        if (!reduced()) {
            since = now;
            log.warn(
                    "the machine refuses threads, children or descriptors;"
                            + " fewer jobs run here slots={} now={} error={}",
                    slots, lower, String.valueOf(why.getMessage()));
        }
        limit = lower;
        if (now >= pausedUntil) {
            pausedUntil = now + (PAUSE_NANOS << doublings);
            growAt = pausedUntil + GROW_NANOS;
            doublings = Math.min(MAX_DOUBLINGS, doublings + 1);
        }
    }

    /** How long nothing should be claimed, in nanoseconds; zero or less when it may. */
    public long pause() {
        if (!reduced()) {
            return 0;
        }
        synchronized (this) {
            return pausedUntil - clocks.now();
        }
    }

    /**
     * Raises a lowered bound when it is time, by a quarter.
     *
     * @param ready starts threads until so many are there, and tells how many there are
     */
    public synchronized void grow(IntUnaryOperator ready) {
        if (!reduced() || (limit > 0 && clocks.now() < growAt)) {
            return;
        }
        growAt = clocks.now() + GROW_NANOS;
        int wanted = Math.min(slots, limit + Math.max(1, limit / 4));
        int got = ready.applyAsInt(wanted);
        if (got < wanted) {
            return; // who starts threads has told of it
        }
        limit = wanted;
        if (!reduced()) {
            doublings = 0;
            log.info("the machine carries all slots again slots={} after={}", slots,
                    Durations.format(Duration.ofNanos(clocks.now() - since)));
        }
    }
}
