package io.headrace;

import java.time.Duration;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * How long a failed job waits before its next attempt.
 *
 * <p>{@code EXPONENTIAL} draws uniformly from zero to {@code base × 2^(attempt-1)}, at most {@code cap} ("full
 * jitter"), so that jobs which failed together do not come back together. {@code FIXED} waits exactly {@code base}.
 *
 * @param base 1 ms to 7 days; default 1 s
 * @param cap {@code base} to 7 days; default 1 h; unused by {@code FIXED}
 */
public record Backoff(Kind kind, Duration base, Duration cap) {
    /** The shape of the curve. */
    public enum Kind {
        EXPONENTIAL, FIXED;

        /** The word that JSON uses. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Declared before {@link #DEFAULT}, whose check reads it. */
    private static final Duration MAX = Duration.ofDays(7);

    /** Exponential from 1 s to 1 h. */
    public static final Backoff DEFAULT = new Backoff(Kind.EXPONENTIAL, Duration.ofSeconds(1), Duration.ofHours(1));

    /** @throws InvalidInput when a bound is passed */
    public Backoff {
        if (base.toMillis() < 1 || base.compareTo(MAX) > 0) {
            throw new InvalidInput("backoff.base", "must be 1ms to 7d, was " + Durations.format(base));
        }
        if (cap.compareTo(base) < 0 || cap.compareTo(MAX) > 0) {
            throw new InvalidInput("backoff.cap", "must be backoff.base to 7d, was " + Durations.format(cap));
        }
    }

    /**
     * The wait after a failed attempt.
     *
     * @param attempt the number of the attempt that failed, from 1
     */
    public Duration delay(int attempt, RandomGenerator random) {
        if (kind == Kind.FIXED) {
            return base;
        }
        long capMs = cap.toMillis();
        int doublings = Math.min(attempt - 1, 62);
        long baseMs = base.toMillis();
        long ceilingMs = baseMs > (capMs >> doublings) ? capMs : Math.min(capMs, baseMs << doublings);
        return Duration.ofMillis(random.nextLong(ceilingMs + 1));
    }
}
