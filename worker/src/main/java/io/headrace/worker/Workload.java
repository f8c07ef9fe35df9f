package io.headrace.worker;

import io.headrace.ByteBudget;

/** How much one worker carries: its slots, the threads and memory for their jobs, what the machine allows, and what is in flight. */
record Workload(Slots slots, Threads threads, Capacity capacity, JobMemory memory, InFlight inFlight) {
    /** Nothing yet; a quarter of the heap is for jobs. */
    static Workload of(WorkerParts parts) {
        int slots = parts.config().slots();
        Capacity capacity = new Capacity(slots, parts.clocks());
        return new Workload(new Slots(slots), Threads.forSlots(slots, capacity, parts.breakdown()), capacity,
                new JobMemory(ByteBudget.ofHeap(), parts.clocks()), new InFlight());
    }
}
