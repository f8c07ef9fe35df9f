package io.headrace;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Where a program puts jobs and sees what becomes of them: the side of a broker that those who submit need.
 * Thread-safe.
 *
 * <p>A stage never blocks the caller; it fails with {@link BrokerUnavailable} when nothing was written, with
 * {@link OutcomeUnknown} when the connection died before the answer. Blocking methods throw the same; they bound every
 * wait, and after a failure the next call connects anew.
 */
public interface JobStore {
    /**
     * Stores a job. The stage completes when the job is stored in the sense of its {@link NewJob#durability()}, on a
     * thread of the broker: continue elsewhere before doing anything slow.
     *
     * <p>Fails also with {@link IdempotencyConflict}, {@link BacklogFull}, {@link UnknownQueue} and
     * {@link DurabilityUnavailable}; nothing is stored then. {@link OutcomeUnknown} stands also for a job that was
     * stored, but not as durably as asked within the time that the broker waits.
     */
    CompletionStage<Submission> enqueue(NewJob job);

    /** Where the job is now. Never throws for an id that does not exist. */
    Lookup find(JobId id);

    /**
     * Where the job is now, asked by somebody who waits for its end: when it ends within the next minute, its record
     * stays for half a minute at least, whatever its retention, and however many others end.
     */
    Lookup await(JobId id);

    /**
     * Calls back, on a thread of the broker, with jobs of the queue that changed state or reported. A hint that may be
     * missed while the connection is down, and may come without a change. The subscription stands when this returns:
     * what changes afterwards is heard, so subscribe first and read the state then.
     */
    Subscription onChange(QueueName queue, Consumer<JobId> callback);
}
