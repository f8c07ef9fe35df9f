package io.headrace.api.socket;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The WebSockets that have not said yet whose they are. Each has a few seconds to, of each address a few and of all a
 * bounded number may be open: the oldest makes room for the next, at first one of the same address, then one of the
 * address that has the most. So who says nothing keeps nobody else from saying who he is. Thread-safe; this object's
 * monitor guards the map.
 */
public final class UnidentifiedSockets {
    private static final int MAX = 256;
    private static final int MAX_OF_ADDRESS = 16;

    /** By what ends it, the address of each; the oldest first. */
    private final Map<Runnable, String> open = new LinkedHashMap<>();

    /** @param ender called on any thread when it has to make room for another */
    public void enter(String address, Runnable ender) {
        Runnable ended = null;
        synchronized (this) {
            if (count(address) >= MAX_OF_ADDRESS) {
                ended = removeOldest(address);
            } else if (open.size() >= MAX) {
                ended = removeOldest(mostNumerous());
            }
            open.put(ender, address);
        }
        if (ended != null) {
            ended.run();
        }
    }

    /** It is none any more; a second call does nothing. */
    synchronized void leave(Runnable ender) {
        open.remove(ender);
    }

    private long count(String address) {
        return open.values().stream().filter(address::equals).count();
    }

    private String mostNumerous() {
        Map<String, Integer> counts = new HashMap<>();
        open.values().forEach(address -> counts.merge(address, 1, Integer::sum));
        return counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    private Runnable removeOldest(String address) {
        Runnable oldest = open.entrySet().stream().filter(one -> one.getValue().equals(address)).findFirst()
                .orElseThrow().getKey();
        open.remove(oldest);
        return oldest;
    }
}
