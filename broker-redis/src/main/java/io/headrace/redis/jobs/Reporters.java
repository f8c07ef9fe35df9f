package io.headrace.redis.jobs;

import io.headrace.JobId;
import io.headrace.broker.Verdict;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which jobs may have left a log or progress, so that the end of others need not look for any: those that
 * reported through this process, those that ran before, and those that were handed back while they ran. Thread-safe.
 */
public final class Reporters {
    /** When so many are open, some of them forgotten by workers that lost their leases, every job may have. */
    private static final int MOST = 100_000;

    private final Set<JobId> open = ConcurrentHashMap.newKeySet();

    /** The handler of this job says something, or may have said something elsewhere. */
    void reports(JobId job) {
        if (open.size() < MOST) {
            open.add(job);
        }
    }

    boolean mayHaveSaid(Verdict verdict) {
        int attempt = verdict.lease().attempt();
        return verdict.lease().token().deliveries() > 1 || open.contains(verdict.lease().job())
                || open.size() >= MOST
                || verdict.document().history().attempts().stream().anyMatch(earlier -> earlier.number() < attempt);
    }

    void ended(JobId job) {
        open.remove(job);
    }
}
