package io.headrace.cli.faults;

import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;

/**
 * One line of the matrix.
 *
 * @param unknown submissions whose outcome their sender did not learn
 * @param extra executions of jobs that were run already, but for those that a failed attempt explains
 * @param stale writes of workers that had lost their lease, refused
 * @param acceptingMs from the end of the fault to the first submission accepted after the silence; negative when none
 *         was
 * @param firstMs from then to the first job that ran, or that ran elsewhere; negative when none was
 * @param lastMs to the last of those that had to run elsewhere; negative when there were none
 * @param lostMs when the lost jobs were accepted, from the blow on: before it is negative
 * @param broken a sentence for each broken promise
 */
record TrialResult(String fault, DurabilityMode mode, String redis, int accepted, long refused, long unknown, int lost,
        int duplicates,
        long extra, long stale, long acceptingMs, long firstMs, long lastMs,
        LongSummaryStatistics lostMs, List<String> broken) {
    static final String HEAD = "| fault | Redis | mode | accepted | refused | unknown | lost | duplicate verdicts |"
            + " extra executions | stale writes refused | accepting again | running again |\n"
            + "|---|---|---|---|---|---|---|---|---|---|---|---|";

    String line() {
        return String.format(Locale.ROOT, "| %s | %s | %s | %d | %d | %d | %d | %d | %d | %d | %s | %s |", fault, redis,
                mode.label(), accepted, refused, unknown, lost, duplicates, extra, stale, seconds(acceptingMs),
                lastMs < 0 ? seconds(firstMs) : seconds(firstMs) + " to " + seconds(lastMs));
    }

    private static String seconds(long ms) {
        return ms < 0 ? "–" : String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
