package io.headrace.broker;

import io.headrace.BrokerUnavailable;
import java.util.List;

/**
 * The workers that live, and what an operator tells them to do. Thread-safe; every method blocks for a bounded number
 * of round trips and throws {@link BrokerUnavailable} when the broker cannot be reached.
 */
public interface Workers {
    /** The workers whose heartbeat is recent, oldest first. */
    List<WorkerInfo> live();

    /**
     * Tells a worker to claim nothing more, or to claim again; it does so within a second or two. What it runs goes on.
     * The last word counts, be it this or a signal to its process.
     *
     * @return whether such a worker lives
     */
    boolean steer(WorkerId worker, Steer steer);
}
