package io.headrace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to a job so far: the part of its document that grows.
 *
 * @param attempt how many attempts were started, lost ones included
 * @param attempts the newest {@value #KEPT} that ended, oldest first
 * @param outcome the terminal state once the job has ended, else null. It only tells apart what lies in one place:
 *            succeeded, cancelled and expired documents share the finished buckets
 * @param finishedAt when it ended, by the broker's clock, else null
 * @param result what the handler of a succeeded job returned, else null
 * @param error why the newest failed attempt failed, else null
 * @param progress the last that the handler reported, else null
 * @param forgiven how many of the attempts do not count against the job's retries: they asked for a wait, or a person
 *            retried the job since
 * @param maxRetries how many retries the worker gave the job that judged its newest failed attempt, where the job asks
 *            for no number; null before
 */
public record History(int attempt, List<Attempt> attempts, @Nullable JobState outcome, @Nullable Instant finishedAt,
        @Nullable Json result, @Nullable Failure error, @Nullable Progress progress, int forgiven,
        @Nullable Integer maxRetries) {
    /** How many attempts a document keeps. */
    public static final int KEPT = 10;

    /** Nothing has happened yet. */
    public static final History NONE = new History(0, List.of(), null, null, null, null, null, 0);

    /** A history whose retries nobody has judged. */
    public History(int attempt, List<Attempt> attempts, @Nullable JobState outcome, @Nullable Instant finishedAt,
            @Nullable Json result, @Nullable Failure error, @Nullable Progress progress, int forgiven) {
        this(attempt, attempts, outcome, finishedAt, result, error, progress, forgiven, null);
    }

    public History {
        attempts = List
                .copyOf(attempts.size() <= KEPT ? attempts : attempts.subList(attempts.size() - KEPT, attempts.size()));
    }

    /** This history with one more ended attempt; its error, when it has one, becomes the job's error. */
    public History and(Attempt ended) {
        List<Attempt> all = new ArrayList<>(attempts);
        all.add(ended);
        return new History(Math.max(attempt, ended.number()), all, outcome, finishedAt, result,
                ended.error() == null ? error : ended.error(), progress, forgiven, maxRetries);
    }

    /** This history, ended. A job that succeeded carries no error at its top; its failed attempts keep theirs. */
    public History ended(JobState how, Instant when, @Nullable Json value) {
        return new History(attempt, attempts, how, when, value, how == JobState.SUCCEEDED ? null : error, progress,
                forgiven, maxRetries);
    }

    /** This history with the handler's last word on its progress. */
    public History with(@Nullable Progress last) {
        return new History(attempt, attempts, outcome, finishedAt, result, error, last == null ? progress : last,
                forgiven,
                maxRetries);
    }

    /** This history, judged by a worker that gives the job so many retries. */
    public History withMaxRetries(int given) {
        return new History(attempt, attempts, outcome, finishedAt, result, error, progress, forgiven, given);
    }

    /** This history, when its newest attempt uses none of the job's retries. */
    public History forgiving() {
        return new History(attempt, attempts, outcome, finishedAt, result, error, progress, forgiven + 1,
                maxRetries);
    }

    /**
     * A history as it is after a retry by hand: the history stays, the verdict goes, and the retries are counted anew.
     */
    public History reopened() {
        return new History(attempt, attempts, null, null, null, error, null, attempt, maxRetries);
    }
}
