package io.headrace.bench;

/** Somebody who is told how far the benchmark is; called by the measuring thread, seldom. */
public interface BenchWatcher {
    /**
     * @param fraction how much of all is done, 0 to 1
     * @param doing what is being done, in a few words
     */
    void at(double fraction, String doing);

    /** A scenario has ended well; the report holds all of it, and nothing of a later one. */
    default void ended(BenchReport report, BenchReport.Section section) {}
}
