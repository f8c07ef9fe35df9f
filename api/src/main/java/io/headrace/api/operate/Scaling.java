package io.headrace.api.operate;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import java.time.Duration;
import java.util.Optional;

/**
 * Computes how many workers a queue should have: enough to work off what waits and what falls due within a while, and
 * never fewer than what runs needs.
 *
 * @param backlog how many jobs are queued
 * @param dueSoon how many fall due within {@link Wanted#drainWithin}
 * @param service how long one takes, empty when that is not known yet
 * @param workers how many claim now
 */
record Scaling(boolean paused, long backlog, long dueSoon, long running, int workers, Optional<ServiceTime> service,
        Wanted wanted) {
    /** How many slots a worker has where nobody says so and none lives. */
    static final int SLOTS = 10;

    /**
     * What the caller wants.
     *
     * @param slots of each worker
     * @param max the answer is never greater, whatever waits
     */
    record Wanted(int slots, Duration drainWithin, int min, int max) {
        static final Duration MAX_DRAIN = Duration.ofDays(1);

        Wanted {
            if (drainWithin.isZero() || drainWithin.compareTo(MAX_DRAIN) > 0) {
                throw new InvalidInput("drainWithin",
                        "must be 1ms to " + Durations.format(MAX_DRAIN) + ", was " + Durations.format(drainWithin));
            }
            if (max < min) {
                throw new InvalidInput("max", "must be at least min, which is " + min + ", was " + max);
            }
        }
    }

    int desiredWorkers() {
        long desired = Math.max(workersFor(running), paused ? 0 : workersFor(slotsToDrain()));
        return (int) Math.max(wanted.min(), Math.min(wanted.max(), desired));
    }

    private long workersFor(long slots) {
        return (slots + wanted.slots() - 1) / wanted.slots();
    }

    /** A job that takes longer than the time there is needs a slot of its own, and no more than that. */
    private long slotsToDrain() {
        long waiting = backlog + dueSoon;
        if (waiting == 0) {
            return 0;
        }
        if (service.isEmpty()) { // one more than what runs: the first that end will tell
            return running + 1;
        }
        double share = Math.min(1, service.get().seconds() / (wanted.drainWithin().toNanos() / 1e9));
        return Math.max(1, (long) Math.ceil((double) (waiting + running) * share));
    }
}
