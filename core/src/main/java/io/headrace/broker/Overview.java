package io.headrace.broker;

import java.time.Instant;
import java.util.List;

/**
 * All queues, all workers and the memory of the broker at one instant.
 *
 * @param time by the broker's clock
 * @param queues by name
 * @param workers those whose heartbeat is recent, oldest first
 */
public record Overview(Instant time, List<QueueInfo> queues, List<WorkerInfo> workers, Memory memory) {
    public Overview {
        queues = List.copyOf(queues);
        workers = List.copyOf(workers);
    }

    /**
     * The memory of the fullest of the broker's servers: that which is nearest to its limit, or uses most where none
     * has one. It is the first to refuse submissions, however empty the others are.
     *
     * @param usedBytes how much it uses
     * @param maxBytes how much it may use; 0: there is no limit
     */
    public record Memory(long usedBytes, long maxBytes) {}
}
