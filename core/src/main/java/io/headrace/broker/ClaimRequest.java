package io.headrace.broker;

import io.headrace.Priority;
import io.headrace.QueueName;
import java.time.Duration;
import java.util.List;

/**
 * Asks for work from one queue.
 *
 * @param max how many jobs at most, from 1: the worker's free slots; a broker hands out no more than {@value #MOST} in
 *         one call
 * @param lease how long the worker may stay silent before its jobs are given to others, 1 s to 1 h
 * @param order the priorities in the order in which they are asked; a priority left out is not asked
 */
public record ClaimRequest(QueueName queue, WorkerId worker, int max, Duration lease, List<Priority> order) {
    /** The most jobs of one answer. It bounds the time that the broker spends on one call to a few milliseconds. */
    public static final int MOST = 1_000;

    public ClaimRequest {
        if (max < 1) {
            throw new IllegalArgumentException("max must be at least 1, was " + max);
        }
        order = List.copyOf(order);
    }
}
