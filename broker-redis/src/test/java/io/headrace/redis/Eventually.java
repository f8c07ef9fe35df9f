package io.headrace.redis;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits, within a bound, for something that happens in another process. */
public final class Eventually {
    private static final long MAX_SECONDS = 20;

    private Eventually() {}

    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + MAX_SECONDS + " s in vain: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
