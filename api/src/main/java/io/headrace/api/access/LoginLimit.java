package io.headrace.api.access;

import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts what is tried, by who tries it, a minute at a time, and refuses who tries too often. Thread-safe; bounded, and
 * when very many try at once they share one count.
 */
final class LoginLimit {
    private static final int MAX_NAMES = 10_000;
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String THE_REST = "";

    private final int max;
    private final String refusal;
    private final LongSupplier nanoClock;
    /** These two are guarded by this. */
    private final Map<String, Integer> counts = new HashMap<>();
    private long since;

    /**
     * @param max how many a minute
     * @param refusal what those who come after are told, besides how long to wait
     */
    LoginLimit(int max, String refusal, LongSupplier nanoClock) {
        this.max = max;
        this.refusal = refusal;
        this.nanoClock = nanoClock;
        this.since = nanoClock.getAsLong();
    }

    /** @throws Problem {@code too-many-attempts} when there were as many of this name as may be */
    synchronized void check(String name) {
        long passed = nanoClock.getAsLong() - since;
        if (passed >= MINUTE_NANOS) {
            counts.clear();
            since = nanoClock.getAsLong();
        } else if (counts.getOrDefault(counted(name), 0) >= max) {
            long seconds = Math.max(1, Duration.ofNanos(MINUTE_NANOS - passed).toSeconds());
            throw new Problem(ProblemType.TOO_MANY_ATTEMPTS, refusal + "; the next is possible in "
                    + (seconds == 1 ? "1 second" : seconds + " seconds"), null,
                    Map.of("Retry-After", Long.toString(seconds)));
        }
    }

    synchronized void count(String name) {
        counts.merge(counted(name), 1, Integer::sum);
    }

    /**
     * Counts one more.
     *
     * @throws Problem {@code too-many-attempts} when there were as many of this name as may be
     */
    synchronized void take(String name) {
        check(name);
        count(name);
    }

    private String counted(String name) {
        return counts.containsKey(name) || counts.size() < MAX_NAMES ? name : THE_REST;
    }
}
