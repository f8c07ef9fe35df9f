package io.headrace.worker;

import io.headrace.Failure;
import io.headrace.JobId;
import io.headrace.JobType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that failed, as an application hears of it: see {@link WorkerBuilder#onFailure}.
 *
 * @param attempt counted from 1 over the whole life of the job
 * @param error what is kept of it with the job; what the worker redacts is masked in it
 * @param thrown what the handler threw, as it was: nothing is masked in it, and its methods are the handler's code.
 *             Null when it
 *            threw nothing, because its worker or its lease was lost
 * @param retryIn how long the job rests before its next attempt; null when it is dead
 */
public record FailedAttempt(JobId job, JobType type, int attempt, Failure error, @Nullable Throwable thrown,
        @Nullable Duration retryIn) {
    /** Whether this was the last one: the job is dead. */
    public boolean dead() {
        return retryIn == null;
    }
}
