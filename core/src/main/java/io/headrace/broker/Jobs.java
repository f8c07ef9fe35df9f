package io.headrace.broker;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.QueueName;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Single jobs as people see and change them: lists, logs, cancelling, retrying, deleting. Thread-safe; every method
 * blocks for a bounded number of round trips and throws {@link BrokerUnavailable} when the broker cannot be reached.
 */
public interface Jobs {
    /**
     * A page of jobs; looks at no more than a few thousand.
     *
     * @throws InvalidInput when the cursor was not made by this method for the same state
     */
    JobPage<Job> list(JobQuery query);

    /**
     * The lines a job's handler has written from line number {@code from} on, at most {@code limit}; lines no longer
     * kept are passed over. Empty for a job that wrote none, or is not there.
     */
    JobLog log(JobId id, long from, int limit);

    /**
     * Ends a job that has not ended: at once when it is at rest or in line, through its worker when it runs. What was
     * asked outlives the attempt: when that fails, or its worker goes silent, the job is handed out next as
     * {@link ClaimedJob#cancelled()}, without delay; when it succeeds or is buried first, that is its end.
     */
    MoveResult cancel(JobId id);

    /**
     * Puts dead jobs back in line, with their history and a fresh set of retries; a retrying, scheduled or parked job
     * becomes due now.
     *
     * @return an answer for each, in order
     */
    List<MoveResult> retry(List<JobId> ids);

    /**
     * The same for one dead job, with another payload of {@value NewJob#MAX_PAYLOAD} bytes at most.
     *
     * @throws InvalidInput when it is larger
     */
    default MoveResult retry(JobId id, Json payload) {
        return retry(id, payload, NewJob.MAX_PAYLOAD);
    }

    /** The same with another limit, in bytes. */
    MoveResult retry(JobId id, Json payload, int maxPayload);

    /**
     * Puts many dead jobs of one queue back in line, or down as retrying so that they fall due one after another, with
     * their history and a fresh set of retries. Jobs that are not dead stay as they are. A few round trips for hundreds
     * of jobs.
     *
     * @param pace null puts them in line at once
     */
    RetryResult retry(QueueName queue, List<JobId> ids, @Nullable RetryPace pace);

    /** Makes a scheduled, retrying or parked job due now. */
    MoveResult runNow(JobId id);

    /**
     * Deletes dead jobs for ever; their look-up answers {@link Lookup.Kind#GONE} from then on.
     *
     * @return an answer for each, in order; {@code WRONG_STATE} for those not dead
     */
    List<MoveResult> deleteDead(List<JobId> ids);

    /**
     * A page of dead jobs, newest first, of each only as much as tells why it died.
     *
     * @param cursor from an earlier page, or null
     * @param limit 1 to 1000
     * @throws InvalidInput when the cursor was not made by this method
     */
    JobPage<DeadJob> dead(QueueName queue, @Nullable String cursor, int limit);

    /**
     * Where a job stands in line: counted as long as few are ahead, else estimated from the times at which they came
     * in. Empty when it does not wait in line.
     */
    Optional<LinePosition> position(JobId id);
}
