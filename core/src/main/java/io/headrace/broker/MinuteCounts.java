package io.headrace.broker;

import java.time.Instant;
import java.util.Map;

/**
 * Counters of one minute by name: jobs that ended as succeeded, dead, cancelled or expired, and attempts that
 * failed and will be retried or were lost. A name that is missing counts zero.
 */
public record MinuteCounts(Instant start, Map<String, Long> counts) {
    public MinuteCounts {
        counts = Map.copyOf(counts);
    }
}
