package io.headrace.cli.faults;

import java.util.Locale;
import java.util.Random;

/** What can be set from outside for a run of the fault tests: {@code -Dfaults.NAME=VALUE}. */
public final class FaultSettings {
    /** Draws every fault; printed, so that a run can be repeated. */
    public static final long SEED = Long.getLong("faults.seed", System.nanoTime() % 1_000_000);
    /** How long jobs are submitted after a fault. */
    static final int SECONDS = Integer.getInteger("faults.seconds", 3);
    /** How many jobs a second are submitted in the matrix. */
    static final int RATE = Integer.getInteger("faults.rate", 150);
    /** How many jobs the big run has. */
    static final int JOBS = Integer.getInteger("faults.jobs", 200_000);
    /** How often a worker is killed to see how soon its jobs run elsewhere. */
    static final int KILLS = Integer.getInteger("faults.kills", 10);
    /** How often Redis goes away and comes back in the test for leaks. */
    static final int CYCLES = Integer.getInteger("faults.cycles", 50);
    /** How many jobs are cancelled in line while workers are killed. */
    static final int CANCELLED = Integer.getInteger("faults.cancelled", 3_000);
    /** How many jobs are submitted in each phase of a change-over between two builds, at least. */
    public static final int CHANGE = Integer.getInteger("faults.change", 3_600);
    private static final String ONLY = System.getProperty("faults.only", "");

    private FaultSettings() {}

    /** Whether a fault is to be run: with {@code -Dfaults.only=WORDS} only those whose name holds the words. */
    static boolean wanted(String fault) {
        return fault.toLowerCase(Locale.ROOT).contains(ONLY.toLowerCase(Locale.ROOT));
    }

    /** The same numbers for the same seed and fault, whatever ran before. */
    static Random random(String fault, DurabilityMode mode) {
        return new Random(SEED * 31 + (fault + mode).hashCode());
    }
}
