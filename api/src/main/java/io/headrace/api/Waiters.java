package io.headrace.api;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests that wait for jobs or follow them: a bounded number, ended together when the server stops. Who follows several
 * things over one connection takes a place for each. Thread-safe.
 */
final class Waiters {
    private final int max;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<Runnable> enders = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    Waiters(int max) {
        this.max = max;
    }

    /**
     * Takes one place.
     *
     * @param ender called, on any thread, when the server stops
     * @return whether there was one
     */
    boolean enter(Runnable ender) {
        if (!more()) {
            return false;
        }
        enders.add(ender);
        if (stopping) {
            ender.run();
        }
        return true;
    }

    /**
     * Takes one more place for somebody who has one.
     *
     * @return whether there was one
     */
    boolean more() {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives back what {@link #more} took. */
    void less(int places) {
        count.addAndGet(-places);
    }

    /** Gives the place back; a second call does nothing. */
    void leave(Runnable ender) {
        if (enders.remove(ender)) {
            count.decrementAndGet();
        }
    }

    /** How many places are taken now. */
    int count() {
        return count.get();
    }

    /** Ends them all, and from now on each at once. */
    void stop() {
        stopping = true;
        enders.forEach(Runnable::run);
    }

    static Problem full() {
        return new Problem(ProblemType.OVERLOADED, "as many requests wait for jobs as HEADRACE_API_MAX_WAITERS allows",
                null);
    }
}
