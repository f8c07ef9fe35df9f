package io.headrace.broker;

import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobState;
import java.time.Duration;

/**
 * What a worker decided about a job it holds. The broker carries it out in one atomic step if the lease still stands,
 * and not at all if it does not.
 *
 * @param delay for {@code RETRY} and {@code PARK} how long the job rests, by the broker's clock; else zero
 * @param document the job as it is to be stored; {@code RELEASE} leaves the stored one as it is
 */
public record Verdict(Lease lease, Move move, Duration delay, JobDocument document) {
    /** Where the job goes. */
    public enum Move {
        /** To the finished jobs; {@link History#outcome()} says which end it was: succeeded, cancelled or expired. */
        FINISH,
        /** To rest until its next attempt. */
        RETRY,
        /** To rest until a worker that knows its type may see it; the attempt is not counted. */
        PARK,
        /** To the dead jobs. */
        BURY,
        /** Back to its place in line; the attempt is not counted. */
        RELEASE
    }

    public Verdict {
        if (move == Move.FINISH
                && (document.history().outcome() == null || document.history().outcome() == JobState.DEAD
                        || !document.history().outcome().terminal())) {
            throw new IllegalArgumentException("a finished job needs an outcome, has " + document.history().outcome());
        }
    }

    /**
     * The job ended: the document's run carries the outcome {@code SUCCEEDED}, {@code CANCELLED} or {@code EXPIRED}.
     */
    public static Verdict finish(Lease lease, JobDocument document) {
        return new Verdict(lease, Move.FINISH, Duration.ZERO, document);
    }

    /** The attempt failed and the job runs again after a delay. */
    public static Verdict retry(Lease lease, Duration delay, JobDocument document) {
        return new Verdict(lease, Move.RETRY, delay, document);
    }

    /** This worker cannot run the job; others may. */
    public static Verdict park(Lease lease, Duration delay, JobDocument document) {
        return new Verdict(lease, Move.PARK, delay, document);
    }

    /** The job failed for good. */
    public static Verdict bury(Lease lease, JobDocument document) {
        return new Verdict(lease, Move.BURY, Duration.ZERO, document);
    }

    /** The worker gives the job back unfinished. */
    public static Verdict release(Lease lease, JobDocument document) {
        return new Verdict(lease, Move.RELEASE, Duration.ZERO, document);
    }
}
