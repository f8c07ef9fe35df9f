package io.headrace.testkit;

import io.headrace.broker.MinuteCounts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What has happened in a queue, by name and by minute. Guarded by the broker's lock. */
final class MemoryCounts {
    private final Map<String, Long> totals = new HashMap<>();
    private final Map<Instant, Map<String, Long>> minutes = new HashMap<>();

    void add(String name, Instant now) {
        totals.merge(name, 1L, Long::sum);
        minutes.computeIfAbsent(now.truncatedTo(ChronoUnit.MINUTES), m -> new HashMap<>()).merge(name, 1L, Long::sum);
    }

    long total(String name) {
        return totals.getOrDefault(name, 0L);
    }

    /** The last minutes, the current one included, oldest first. */
    List<MinuteCounts> history(Instant now, int count) {
        Instant current = now.truncatedTo(ChronoUnit.MINUTES);
        List<MinuteCounts> all = new ArrayList<>(count);
        for (int ago = count - 1; ago >= 0; ago--) {
            Instant start = current.minus(ago, ChronoUnit.MINUTES);
            all.add(new MinuteCounts(start, minutes.getOrDefault(start, Map.of())));
        }
        return all;
    }
}
