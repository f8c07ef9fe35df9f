package io.headrace.cli.top;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The largest of a number's last values. Parked jobs leave their place every few seconds, to be offered to workers that
 * may know their types, and come back at once: what is counted in between says nothing. Not thread-safe.
 */
final class SteadyCount {
    /** Longer than a job stays parked, which is 6 s at most, and than it takes to be offered. */
    private static final Duration HELD = Duration.ofSeconds(10);

    private record Value(Instant at, long count) {}

    private final Deque<Value> last = new ArrayDeque<>();

    /** Takes a value, and tells the largest. */
    long with(Instant at, long count) {
        last.removeIf(value -> value.at().isBefore(at.minus(HELD)) || value.at().isAfter(at));
        last.addLast(new Value(at, count));
        return last.stream().mapToLong(Value::count).max().orElse(count);
    }
}
