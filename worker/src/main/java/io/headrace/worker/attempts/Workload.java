package io.headrace.worker.attempts;

import io.headrace.runtime.ByteBudget;
import io.headrace.worker.threads.Capacity;
import io.headrace.worker.threads.JobThreads;

/**
 * How much one worker carries: its slots, the threads and memory for their jobs, what the machine allows, and what is
 * in flight.
 */
public record Workload(Slots slots, JobThreads threads, Capacity capacity, JobMemory memory, InFlight inFlight) {
    /** Nothing yet; a quarter of the heap is for jobs. */
    public static Workload of(WorkerParts parts) {
        int slots = parts.config().slots();
        Capacity capacity = new Capacity(slots, parts.clocks());
        return new Workload(new Slots(slots), JobThreads.forSlots(slots, capacity, parts.breakdown()), capacity,
                new JobMemory(ByteBudget.ofHeap(), parts.clocks()), new InFlight());
    }
}
