package io.headrace.api;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keeps keys from being guessed in a browser: counts failed logins by address, a minute at a time. Thread-safe; bounded, and
 * when very many addresses fail at once they share one count.
 */
final class Logins {
    private static final int MAX_FAILURES = 10;
    private static final int MAX_ADDRESSES = 10_000;
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String THE_REST = "";

    private final LongSupplier nanoClock;
    /** These two are guarded by this. */
    private final Map<String, Integer> failures = new HashMap<>();
    private long since;

    Logins(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.since = nanoClock.getAsLong();
    }

    /** @throws Problem {@code too-many-attempts} when this address has failed too often */
    synchronized void check(String address) {
        long passed = nanoClock.getAsLong() - since;
        if (passed >= MINUTE_NANOS) {
            failures.clear();
            since = nanoClock.getAsLong();
        } else if (failures.getOrDefault(counted(address), 0) >= MAX_FAILURES) {
            long seconds = Math.max(1, Duration.ofNanos(MINUTE_NANOS - passed).toSeconds());
            throw new Problem(ProblemType.TOO_MANY_ATTEMPTS, "too many logins from your address failed", null,
                    Map.of("Retry-After", Long.toString(seconds)));
        }
    }

    synchronized void failed(String address) {
        failures.merge(counted(address), 1, Integer::sum);
    }

    private String counted(String address) {
        return failures.containsKey(address) || failures.size() < MAX_ADDRESSES ? address : THE_REST;
    }
}
