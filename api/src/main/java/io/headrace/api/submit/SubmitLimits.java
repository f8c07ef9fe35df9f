package io.headrace.api.submit;

import io.headrace.Durability;
import java.time.Duration;

/**
 * The limits of submissions, and the durability of those that ask for none.
 *
 * @param maxPayload of a job, in bytes
 * @param maxBatch the longest body of a batch, in bytes
 * @param maxBatchJobs how many jobs a batch may hold
 * @param batchInFlight how many jobs of a batch may wait for the broker at once
 * @param bodyTimeout how long a body may take, or a batch may stall
 * @param durability of submissions that ask for none
 */
public record SubmitLimits(int maxPayload, long maxBatch, int maxBatchJobs, int batchInFlight, Duration bodyTimeout,
        Durability durability) {}
