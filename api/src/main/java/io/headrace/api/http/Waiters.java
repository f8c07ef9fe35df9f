package io.headrace.api.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The places of requests that wait for jobs or follow them: a bounded number, ended together when the server stops. Who
 * follows several things over one connection takes a place for each. A key may take no more places than it leaves free,
 * so that neither one nor any number of them takes all. Thread-safe; this object's monitor guards everything.
 */
public final class Waiters {
    private final int max;
    /** Whose each place is that ends with its ender; the key's name, empty where none is asked for. */
    private final Map<Runnable, String> enders = new HashMap<>();
    private final Map<String, Integer> owned = new HashMap<>();
    private int count;
    private boolean stopping;

    public Waiters(int max) {
        this.max = max;
    }

    /**
     * Takes one place.
     *
     * @param ender called, on any thread, when the server stops
     * @return whether there was one
     */
    public boolean enter(Caller caller, Runnable ender) {
        boolean end;
        synchronized (this) {
            if (!more(caller)) {
                return false;
            }
            enders.put(ender, owner(caller));
            end = stopping;
        }
        if (end) {
            ender.run();
        }
        return true;
    }

    private static String owner(Caller caller) {
        return caller.key() == null ? "" : caller.name();
    }

    /**
     * Takes one more place for somebody who has one.
     *
     * @return whether there was one
     */
    public synchronized boolean more(Caller caller) {
        String owner = owner(caller);
        int mine = owned.getOrDefault(owner, 0);
        int free = max - count;
        boolean fair = owner.isEmpty() || mine == 0 || mine < free;
        if (free <= 0 || !fair) {
            return false;
        }
        count++;
        owned.put(owner, mine + 1);
        return true;
    }

    /** Gives back what {@link #more} took. */
    public synchronized void less(Caller caller, int places) {
        less(owner(caller), places);
    }

    private void less(String owner, int places) {
        count -= places;
        owned.merge(owner, -places, Integer::sum);
        owned.remove(owner, 0);
    }

    /** Gives the place back; a second call does nothing. */
    public synchronized void leave(Runnable ender) {
        String owner = enders.remove(ender);
        if (owner != null) {
            less(owner, 1);
        }
    }

    /** How many places are taken now. */
    public synchronized int count() {
        return count;
    }

    /** Ends them all, and from now on each at once. */
    public void stop() {
        List<Runnable> all;
        synchronized (this) {
            stopping = true;
            all = List.copyOf(enders.keySet());
        }
        all.forEach(Runnable::run);
    }

    public static Problem full() {
        return ProblemType.OVERLOADED.problem("as many requests wait for jobs as HEADRACE_API_MAX_WAITERS allows,"
                + " or your key has as many of these places as are free");
    }
}
