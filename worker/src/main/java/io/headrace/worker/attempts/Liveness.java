package io.headrace.worker.attempts;

import io.headrace.worker.threads.Clocks;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Whether the worker still claims, or at least still tells the broker that it lives. As long as it should claim, only
 * the answer to a claim counts; while it has no free slot, or was told to be quiet, its heartbeats stand in. Volatile
 * fields, each written by one thread: the claims' by the claim loop, the heartbeat's by the lease keeper.
 */
public final class Liveness {
    /** An idle worker looks for work every 4 s, and waits for an answer a few seconds: this is more than a hiccup. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(45);

    private final Clocks clocks;
    /** When a claim was last answered, or since when one has been expected. */
    private volatile long claimAt;
    private volatile boolean waived;
    private volatile long heartbeatAt;
    private volatile Instant newestClaim = Instant.EPOCH;

    public Liveness(Clocks clocks) {
        this.clocks = clocks;
    }

    /**
     * A claim was answered, with or without jobs, or the look that stands in for it while there is nothing to claim.
     */
    public void claimed() {
        claimAt = clocks.now();
        newestClaim = clocks.wall().instant();
    }

    /** There is no reason to claim now. */
    public void waive() {
        waived = true;
    }

    /** A claim comes next. */
    public void expectClaim() {
        if (waived) {
            claimAt = clocks.now();
            waived = false;
        }
    }

    /** A heartbeat was answered. */
    public void beat() {
        heartbeatAt = clocks.now();
    }

    public boolean live() {
        return clocks.now() - (waived ? heartbeatAt : claimAt) < LIMIT_NANOS;
    }

    /** When a claim was last answered, by the wall clock; the epoch before the first. */
    Instant newestClaim() {
        return newestClaim;
    }
}
