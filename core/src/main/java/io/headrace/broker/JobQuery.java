package io.headrace.broker;

import io.headrace.InvalidInput;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.QueueName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs of a queue a list shows, and where it goes on. Queued and running jobs come in their order of delivery,
 * oldest first; scheduled, retrying and parked ones by due time, soonest first; ended ones newest first (cancelled jobs
 * still in line come before the others).
 *
 * @param state required: a queue keeps each state in a place of its own
 * @param type only this type, or null
 * @param error only jobs whose error type contains this text, ignoring case, or null
 * @param from only jobs from this instant on, or null. It counts when queued and running jobs came into line, when
 *            scheduled, retrying and parked ones fall due, when dead ones died, and when those that ended otherwise
 *            were accepted: what their lists are ordered by, so that nothing else is looked at
 * @param to only jobs before this instant, or null
 * @param cursor from an earlier page with the same filter, or null
 * @param limit 1 to 1000
 */
public record JobQuery(QueueName queue, JobState state, @Nullable JobType type, @Nullable String error,
        @Nullable Instant from, @Nullable Instant to, @Nullable String cursor, int limit) {
    public JobQuery {
        if (limit < 1 || limit > 1000) {
            throw new InvalidInput("limit", "must be 1 to 1000, was " + limit);
        }
        if (from != null && to != null && !from.isBefore(to)) {
            throw new InvalidInput("to", "must be after from");
        }
    }

    /** Of any time. */
    public JobQuery(QueueName queue, JobState state, @Nullable JobType type, @Nullable String error,
            @Nullable String cursor, int limit) {
        this(queue, state, type, error, null, null, cursor, limit);
    }

    /** The first millisecond that is looked for. */
    public long fromMs() {
        return from == null ? 0 : ceiling(from);
    }

    /** The first millisecond that is not looked for any more. */
    public long toMs() {
        return to == null ? Long.MAX_VALUE : ceiling(to);
    }

    private static long ceiling(Instant instant) {
        return Math.max(0, instant.plusNanos(999_999).toEpochMilli());
    }
}
