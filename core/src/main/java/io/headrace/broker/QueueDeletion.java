package io.headrace.broker;

import io.headrace.JobState;
import java.util.Map;

/**
 * What became of a queue that was to be deleted.
 *
 * @param jobs how many were queued, running, scheduled, retrying, parked, dead at that instant; empty when there is
 *         no such queue
 */
public record QueueDeletion(Result result, Map<JobState, Long> jobs) {
    /** Whether it is gone. */
    public enum Result {
        /** It is, and so are its jobs. */
        DELETED,
        /** Jobs are in it that are to stay. Nothing was changed. */
        NOT_EMPTY,
        /** There is no such queue. */
        UNKNOWN
    }

    public QueueDeletion {
        jobs = Map.copyOf(jobs);
    }

    /** How many jobs that is together. */
    public long count() {
        return jobs.values().stream().mapToLong(Long::longValue).sum();
    }
}
