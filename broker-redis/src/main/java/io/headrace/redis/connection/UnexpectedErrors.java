package io.headrace.redis.connection;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of failures that nobody expects and that a loop survives, with their stack: each kind once in ten minutes,
 * however often it is met. Thread-safe.
 */
public final class UnexpectedErrors {
    private static final Logger LOG = LoggerFactory.getLogger(UnexpectedErrors.class);
    private static final long REMIND_NANOS = Duration.ofMinutes(10).toNanos();

    private final LongSupplier nanoClock;
    /** When each was last told of, by place and class: there are few of either. */
    private final Map<String, Long> told = new ConcurrentHashMap<>();

    public UnexpectedErrors(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** @param where a few words for who reads the log, always the same for a place */
    public void survived(String where, Throwable surprise) {
        long now = nanoClock.getAsLong();
        boolean[] due = {false};
        told.compute(where + ' ' + surprise.getClass().getName(), (kind, newest) -> {
            due[0] = newest == null || now - newest > REMIND_NANOS;
            return due[0] ? (Long) now : newest;
        });
        if (due[0]) {
            LOG.error("unexpected error; going on, and telling of its like again in ten minutes where={}", where,
                    surprise);
        }
    }
}
