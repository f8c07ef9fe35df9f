package io.headrace.worker.threads;

import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Time and chance, as they are handed to every role. Immutable; what it holds must be thread-safe. */
public final class Clocks {
    /** A time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private final LongSupplier nanoClock;
    private final long origin;
    private final Clock wall;
    private final RandomGenerator random;

    /**
     * @param nanoClock monotonic, in nanoseconds from any origin
     * @param wall for what people read; decides nothing
     */
    public Clocks(LongSupplier nanoClock, Clock wall, RandomGenerator random) {
        this.nanoClock = nanoClock;
        this.origin = nanoClock.getAsLong();
        this.wall = wall;
        this.random = random;
    }

    /** The machine's clocks, and a random source without shared state. */
    public static Clocks system() {
        return new Clocks(System::nanoTime, Clock.systemUTC(), () -> ThreadLocalRandom.current().nextLong());
    }

    /** Nanoseconds since the worker was made: never negative, so that times compare as plain numbers. */
    public long now() {
        return nanoClock.getAsLong() - origin;
    }

    public Clock wall() {
        return wall;
    }

    public RandomGenerator random() {
        return random;
    }
}
