package io.headrace.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A broker's clock that stands still until a test moves it. Thread-safe; it counts whole milliseconds, as brokers do.
 */
public final class ManualClock {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Instant now; // guarded by this

    /** A clock that shows the first instant of 2026. */
    public ManualClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A clock that shows this instant. */
    public ManualClock(Instant start) {
        now = start.truncatedTo(ChronoUnit.MILLIS);
    }

    /** What it shows. */
    public synchronized Instant now() {
        return now;
    }

    /**
     * Moves it forward. Waiters whose jobs fall due by this have been woken when it returns.
     *
     * @throws IllegalArgumentException when the step is negative
     */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards: " + step);
        }
        synchronized (this) {
            now = now.plus(step).truncatedTo(ChronoUnit.MILLIS);
        }
        listeners.forEach(Runnable::run);
    }

    /** Runs after every advance, on the thread that advanced. */
    void onAdvance(Runnable listener) {
        listeners.add(listener);
    }
}
