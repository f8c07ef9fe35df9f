package io.headrace.api.operate;

import io.headrace.Attempt;
import io.headrace.Job;
import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Jobs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long an attempt took, on the mean of the newest that went well.
 *
 * @param over of how many jobs
 */
public record ServiceTime(Duration mean, int over) {
    /** So many jobs are looked at. */
    private static final int SAMPLE = 50;

    /** Empty when none is on record. */
    public static Optional<ServiceTime> of(Jobs jobs, QueueName queue) {
        return of(jobs.list(new JobQuery(queue, JobState.SUCCEEDED, null, null, null, SAMPLE)).jobs());
    }

    public static Optional<ServiceTime> of(List<Job> ended) {
        List<Attempt> attempts = ended.stream().map(job -> job.document().history().attempts())
                .filter(all -> !all.isEmpty()).map(all -> all.get(all.size() - 1)).toList();
        if (attempts.isEmpty()) {
            return Optional.empty();
        }
        Duration sum = Duration.ZERO;
        for (Attempt attempt : attempts) {
            Duration took = Duration.between(attempt.startedAt(), attempt.finishedAt());
            sum = sum.plus(took.isNegative() ? Duration.ZERO : took);
        }
        return Optional.of(new ServiceTime(sum.dividedBy(attempts.size()), attempts.size()));
    }

    double seconds() {
        return mean.toNanos() / 1e9;
    }
}
