package io.headrace.worker.threads;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait between tries while the broker is away: full jitter between 50 ms and a ceiling that doubles to 500
 * ms. More would delay the jobs after an outage and spare nothing: meanwhile the broker refuses calls at once, and
 * looks for Redis by itself. Thread-safe: every caller only ever reads or replaces one number.
 */
public final class Pacing {
    private static final long FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CAP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final RandomGenerator random;
    /** How many tries in a row failed; a lost update makes one wait shorter and harms nothing. */
    private volatile int failures;

    public Pacing(RandomGenerator random) {
        this.random = random;
    }

    /** Nanoseconds to wait after one more failure. */
    public long failed() {
        int doublings = Math.min(failures, 4);
        failures = doublings + 1;
        long ceiling = Math.min(CAP_NANOS, FLOOR_NANOS << doublings);
        return FLOOR_NANOS + random.nextLong(ceiling - FLOOR_NANOS + 1);
    }

    /** The next failure starts from the floor again. */
    public void succeeded() {
        if (failures != 0) {
            failures = 0;
        }
    }
}
