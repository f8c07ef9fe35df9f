package io.headrace.worker.attempts;

import io.headrace.JobId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that this worker answers for: from the claim until the verdict is recorded or refused. Their leases are
 * renewed as long as they are here. A concurrent set by identity and a volatile waiter; any thread.
 */
public final class InFlight {
    private final Set<LiveAttempt> attempts = ConcurrentHashMap.newKeySet();
    /** How many of them are the last chance of their job. */
    private final AtomicInteger lastChances = new AtomicInteger();
    private volatile @Nullable Thread drainer;
    /** Told when the last of those is gone; set once before the worker starts. */
    private volatile Runnable onNoLastChance = () -> {};

    void add(LiveAttempt attempt) {
        if (attempts.add(attempt) && attempt.lease().token().lastChance()) {
            lastChances.incrementAndGet();
        }
    }

    void remove(LiveAttempt attempt) {
        if (attempts.remove(attempt)) {
            attempt.memory().giveBackAll();
            if (attempt.lease().token().lastChance() && lastChances.decrementAndGet() == 0) {
                onNoLastChance.run();
            }
        }
        Thread waiting = drainer;
        if (waiting != null && attempts.isEmpty()) {
            LockSupport.unpark(waiting);
        }
    }

    /** Whether one of them is the last chance of its job. */
    public boolean holdsLastChance() {
        return lastChances.get() > 0;
    }

    public void onNoLastChance(Runnable told) {
        onNoLastChance = told;
    }

    /** Waits until nothing is left. Returns false when the time is up; one waiter at a time. */
    public boolean awaitEmpty(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        drainer = Thread.currentThread();
        try {
            while (!attempts.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return true;
        } finally {
            drainer = null;
        }
    }

    /** A live view; iterating it is weakly consistent. */
    public Collection<LiveAttempt> all() {
        return Collections.unmodifiableSet(attempts);
    }

    /** Those whose handlers have not ended. */
    public List<LiveAttempt> unfinished() {
        return attempts.stream().filter(attempt -> !attempt.ended()).toList();
    }

    /** The unfinished attempts at a job: normally one; two when its lease was lost and this worker claimed it again. */
    public List<LiveAttempt> of(JobId job) {
        return attempts.stream().filter(attempt -> !attempt.ended() && attempt.id().equals(job)).toList();
    }
}
