package io.headrace.broker;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import java.time.Duration;

/**
 * What an operator can set for a queue.
 *
 * @param maxBacklog submissions are refused while this many jobs are queued, running ones and those at rest not
 *            counted: 0 to a billion, 0 means no limit. It is exact from a second after it was set; what was
 *            submitted before is answered again all the same
 * @param retention how long finished jobs can be looked up, 0 to 365 days; default 24 h
 * @param maxKept how many finished jobs can be looked up at most, 0 to 10 million; default 100,000
 */
public record QueueSettings(long maxBacklog, Duration retention, long maxKept) {
    /** The greatest {@link #maxBacklog}. */
    public static final long MOST_BACKLOG = 1_000_000_000;
    /** The longest {@link #retention}. */
    public static final Duration MAX_RETENTION = Duration.ofDays(365);
    /** The greatest {@link #maxKept}. */
    public static final long MOST_KEPT = 10_000_000;
    /** What holds when nothing was set. */
    public static final QueueSettings DEFAULT = new QueueSettings(0, Duration.ofHours(24), 100_000);

    /** @throws InvalidInput when a bound is passed */
    public QueueSettings {
        if (maxBacklog < 0 || maxBacklog > MOST_BACKLOG) {
            throw new InvalidInput("maxBacklog", "must be 0 (no limit) to " + MOST_BACKLOG + ", was " + maxBacklog);
        }
        if (retention.isNegative() || retention.compareTo(MAX_RETENTION) > 0) {
            throw new InvalidInput("retention", "must be 0s to 365d, was " + Durations.format(retention));
        }
        if (maxKept < 0 || maxKept > MOST_KEPT) {
            throw new InvalidInput("maxKept", "must be 0 to " + MOST_KEPT + ", was " + maxKept);
        }
    }
}
