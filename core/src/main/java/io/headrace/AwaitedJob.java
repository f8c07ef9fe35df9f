package io.headrace;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The look-ups of a job by somebody who waits for its end: now and then one tells the broker that he waits, so that the
 * result is still there when he looks next. Not thread-safe, but looks may come from different threads, one after the
 * other.
 */
public final class AwaitedJob {
    /** A third of how long the broker remembers who waits. */
    private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final JobStore broker;
    private final JobId id;
    private final LongSupplier nanoClock;
    private volatile boolean told;
    private volatile long toldAt;

    public AwaitedJob(JobStore broker, JobId id, LongSupplier nanoClock) {
        this.broker = broker;
        this.id = id;
        this.nanoClock = nanoClock;
    }

    /** Where the job is now. */
    public Lookup look() {
        long now = nanoClock.getAsLong();
        if (told && now - toldAt < TELL_EVERY_NANOS) {
            return broker.find(id);
        }
        Lookup found = broker.await(id);
        told = true;
        toldAt = now;
        return found;
    }
}
