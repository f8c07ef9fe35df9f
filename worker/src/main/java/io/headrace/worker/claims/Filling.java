package io.headrace.worker.claims;

import io.headrace.broker.ClaimedJob;
import io.headrace.worker.attempts.JobMemory;
import java.util.List;

/**
 * The free slots that one round of claiming has taken and not yet filled, and how many jobs there is memory for. Used
 * by the claim loop's thread only.
 */
final class Filling {
    private final JobMemory memory;
    private int left;

    Filling(int taken, JobMemory memory) {
        this.left = taken;
        this.memory = memory;
    }

    /** How many slots are left. */
    int left() {
        return left;
    }

    /** How many jobs may be asked for. */
    int wanted() {
        return Math.min(left, memory.fits());
    }

    /** What a claim has brought. */
    void brought(List<ClaimedJob> jobs) {
        if (!jobs.isEmpty()) {
            memory.seen(jobs.stream().mapToInt(job -> job.document().bytes().length).max().orElseThrow());
        }
    }

    /** A job was handed over. */
    void fill(boolean occupiesSlot) {
        if (occupiesSlot) {
            left--;
        }
    }
}
