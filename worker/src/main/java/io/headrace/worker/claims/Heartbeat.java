package io.headrace.worker.claims;

import io.headrace.broker.Steer;
import io.headrace.broker.WorkerInfo;

/**
 * What a worker tells with each heartbeat, and what it does with the answer. Called by the thread
 * {@code headrace-lease}.
 */
public interface Heartbeat {
    /** The worker as it is now. */
    WorkerInfo info();

    /** Does what an operator tells the worker to do. */
    void steer(Steer steer);
}
