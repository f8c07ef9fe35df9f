package io.headrace.redis.jobs;

import io.headrace.redis.connection.Redis;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What time it is on each server: as it was read last, and counted on from there by the clock of this process.
 * Thread-safe.
 */
final class ServerClocks {
    /** Readings may be this far from what they should be. */
    private static final long TOLERANCE_MS = 1_000;

    private final LongSupplier nanoClock;
    private final Map<String, Reading> readings = new ConcurrentHashMap<>();

    ServerClocks(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private record Reading(long serverMs, long asOfNanos) {}

    /**
     * Takes note of what time it was a moment ago.
     *
     * @param server see {@link Redis#server}
     * @return whether the clock was set back since the last reading
     */
    boolean read(String server, long serverMs) {
        long nanos = nanoClock.getAsLong();
        Reading last = readings.put(server, new Reading(serverMs, nanos));
        return last != null && serverMs < at(last, nanos) - TOLERANCE_MS;
    }

    /** What time it should be, epoch ms; empty where nobody has looked. */
    OptionalLong now(String server) {
        Reading reading = readings.get(server);
        return reading == null ? OptionalLong.empty() : OptionalLong.of(at(reading, nanoClock.getAsLong()));
    }

    private static long at(Reading reading, long nanos) {
        return reading.serverMs() + (nanos - reading.asOfNanos()) / 1_000_000;
    }
}
