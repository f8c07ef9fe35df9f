package io.headrace.broker;

import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a queue holds now, and what has happened in it.
 *
 * @param counts how many jobs are queued, running, scheduled, retrying, parked, dead now
 * @param totals how many have succeeded, were cancelled, expired, died since the queue was created
 * @param failures how many attempts have failed or were lost since then, the last ones of dead jobs included
 * @param kept how many finished jobs can be looked up
 * @param oldestQueuedAge how long the job at the head of the line has waited, zero when none waits
 * @param overdueAge how long ago the first of the jobs at rest fell due, zero when none has; workers put them in
 *            line when they claim, so it grows while none does
 * @param recent the last {@value #RECENT_MINUTES} minutes, the present one included, oldest first; for rates
 * @param workers how many live workers serve it
 * @param createdAt by the broker's clock; the epoch where that is not on record
 */
public record QueueInfo(QueueName queue, boolean paused, Map<JobState, Long> counts, Map<JobState, Long> totals,
        long failures, long kept, Duration oldestQueuedAge, Duration overdueAge, Map<Priority, Long> priorities,
        List<MinuteCounts> recent, int workers, Instant createdAt) {
    /** How many minutes {@link #recent()} has. */
    public static final int RECENT_MINUTES = 5;

    public QueueInfo {
        recent = List.copyOf(recent);
        counts = Map.copyOf(counts);
        totals = Map.copyOf(totals);
        priorities = Map.copyOf(priorities);
    }
}
