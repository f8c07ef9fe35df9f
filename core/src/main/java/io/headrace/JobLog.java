package io.headrace;

import java.util.List;

/**
 * Lines that the handler of a job wrote.
 *
 * @param lines oldest first
 * @param next what to ask for to get the lines written after these; lines are numbered from 0 over the job's whole
 *            life, those that were dropped before they came to the broker included
 */
public record JobLog(List<String> lines, long next) {
    /** How many lines of a job are kept, the newest. */
    public static final int MAX_LINES = 1_000;

    /** The longest line that is kept, in characters; longer ones are cut. */
    public static final int MAX_LINE = 2_000;

    public JobLog {
        lines = List.copyOf(lines);
    }
}
