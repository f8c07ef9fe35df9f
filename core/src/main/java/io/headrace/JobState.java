package io.headrace;

import io.headrace.format.Excerpt;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a job is, said in one word. A broker derives it from the place that holds the job; it is stored nowhere. */
public enum JobState {
    /** Waits for its time. */
    SCHEDULED,
    /** Waits for a free slot of a worker. */
    QUEUED,
    /** A worker holds its lease. */
    RUNNING,
    /** Failed, and waits for its next attempt. */
    RETRYING,
    /**
     * Handed back because no handler of the worker that claimed it knows its type; offered again later, no attempt
     * used.
     */
    PARKED,
    /** Ended well. */
    SUCCEEDED,
    /** Failed for good; kept so that it can be looked at and retried. */
    DEAD,
    /** Ended because somebody asked for it. */
    CANCELLED,
    /** Was not started within the time its sender gave it. */
    EXPIRED;

    /** Whether the job has ended: nothing but a retry of a dead job moves it any more. */
    public boolean terminal() {
        return this == SUCCEEDED || this == DEAD || this == CANCELLED || this == EXPIRED;
    }

    /** The word that JSON, metrics and the CLI use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws InvalidInput when there is no such state */
    public static JobState ofLabel(String label) {
        for (JobState state : values()) {
            if (state.label().equals(label)) {
                return state;
            }
        }
        String allowed = Arrays.stream(values()).map(JobState::label).collect(Collectors.joining(", "));
        throw new InvalidInput("state", "must be one of " + allowed + ", was '" + Excerpt.of(label) + "'");
    }
}
