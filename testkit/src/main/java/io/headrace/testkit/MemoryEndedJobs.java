package io.headrace.testkit;

import io.headrace.JobId;
import io.headrace.Lookup;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of a queue that are in no place any more: which there were, and those held for who waited for them. Guarded
 * by the broker's lock.
 */
final class MemoryEndedJobs {
    /** How long a word of somebody who waits counts, and how long he can fetch what a job ended as. */
    private static final Duration AWAITED = Duration.ofMinutes(1);
    private static final Duration HELD = Duration.ofSeconds(30);

    private final Map<JobId, MemoryJob> held = new HashMap<>();
    private final Set<JobId> gone = new HashSet<>();

    void awaited(MemoryJob job, Instant now) {
        job.awaitedUntil = now.plus(AWAITED);
    }

    void ended(MemoryJob job, Instant now) {
        job.heldUntil = job.awaitedUntil.isAfter(now) ? now.plus(HELD) : Instant.EPOCH;
    }

    void dropped(MemoryJob job) {
        gone.add(job.id);
        held.put(job.id, job);
    }

    void trim(Instant now) {
        held.values().removeIf(job -> !job.heldUntil.isAfter(now));
    }

    /** The job where it is held, else null. */
    @Nullable
    MemoryJob held(JobId id, Instant now) {
        MemoryJob job = held.get(id);
        return job != null && job.heldUntil.isAfter(now) ? job : null;
    }

    /** What a look-up of a job says that is nowhere. */
    Lookup missing(JobId id) {
        return gone.contains(id) ? Lookup.GONE : Lookup.UNKNOWN;
    }
}
