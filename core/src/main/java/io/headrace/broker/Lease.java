package io.headrace.broker;

import io.headrace.JobId;

/**
 * The right of one worker to run one attempt of one job, until it stays silent longer than the lease.
 *
 * <p>The token fences every write: once the job has been claimed again, the broker refuses writes that carry the old
 * token and records nothing.
 *
 * @param attempt counted from 1; a retry and a reclaim count, a release does not
 */
public record Lease(JobId job, int attempt, Token token) {}
