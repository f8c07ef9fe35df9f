package io.headrace.worker.attempts;

import io.headrace.Durations;
import io.headrace.worker.threads.Clocks;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the broker is away, told in two lines however many roles notice: one when it goes, one when it is back. Any
 * thread; the fields are guarded by {@code this}, the volatile ones are also read without it.
 */
public final class BrokerOutage {
    private static final Logger log = LoggerFactory.getLogger(BrokerOutage.class);

    private final Clocks clocks;
    private long since;
    private volatile boolean away;
    private volatile long newestFailure;
    private volatile long endedAt;

    public BrokerOutage(Clocks clocks) {
        this.clocks = clocks;
    }

    /** A call failed because the broker could not be reached. */
    public synchronized void failed(Throwable error) {
        newestFailure = clocks.now();
        if (!away) {
            away = true;
            since = newestFailure;
            log.warn("broker unreachable; retrying error={}", String.valueOf(error.getMessage()));
        }
    }

    /**
     * A call succeeded.
     *
     * @param startedAt when it was made; one made before the newest failure proves nothing
     */
    public void succeeded(long startedAt) {
        if (away && startedAt >= newestFailure) {
            end(startedAt);
        }
    }

    private synchronized void end(long startedAt) {
        if (!away || startedAt < newestFailure) {
            return;
        }
        away = false;
        endedAt = clocks.now();
        log.info("broker reachable again after={}", Durations.format(Duration.ofNanos(endedAt - since)));
    }

    public boolean away() {
        return away;
    }

    /** When the newest outage ended; 0, the worker's start, before the first. */
    public long endedAt() {
        return endedAt;
    }
}
