package io.headrace.worker.attempts;

import io.headrace.Attempt;
import io.headrace.Durations;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobState;
import io.headrace.PermanentFailure;
import io.headrace.Progress;
import io.headrace.RetryLater;
import io.headrace.RetryPolicy;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.redaction.Redactor;
import io.headrace.worker.handlers.HandlerFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a job: before it runs, and after it ran. Nothing else in the worker does. A function of its
 * arguments and of chance; immutable, called by any thread.
 *
 * <p>After a run, what happened wins: a handler that returned has succeeded, even if it had been asked to stop
 * meanwhile. A handler that stops early must therefore throw, and {@code InterruptedException} is the right thing to
 * throw.
 */
public final class Outcome {
    private static final long PARK_MS = 5_000;

    private final RetryPolicy policy;
    private final RandomGenerator random;
    private final Redactor redactor;

    /** @param redactor hides what a failure repeats of the payload */
    Outcome(RetryPolicy policy, RandomGenerator random, Redactor redactor) {
        this.policy = policy;
        this.random = random;
        this.redactor = redactor;
    }

    /** How an attempt went, and when, by the broker's clock. */
    record Ran(Ending ending, @Nullable Stop stop, Instant startedAt, Instant finishedAt,
            @Nullable Progress progress, @Nullable Duration timeout) {
        /** The same attempt with another ending. */
        Ran with(Ending other) {
            return new Ran(other, stop, startedAt, finishedAt, progress, timeout);
        }
    }

    /** The verdict on a job that must not run here, or empty when it may run. */
    Optional<Decision> beforeRun(ClaimedJob job, boolean known, Instant now) {
        History history = history(job);
        if (job.cancelled()) {
            return Optional.of(finish(job, history.ended(JobState.CANCELLED, now, null), null));
        }
        if (job.lease().token().deliveries() > Token.MAX_DELIVERIES) {
            return Optional.of(buryLost(job, history, now));
        }
        if (job.expired()) {
            return Optional.of(finish(job, history.ended(JobState.EXPIRED, now, null), null));
        }
        if (!known) {
            Duration delay = Duration.ofMillis(PARK_MS * 4 / 5 + random.nextLong(PARK_MS * 2 / 5));
            return Optional.of(new Decision(Verdict.park(job.lease(), delay, job.document().with(history)), null));
        }
        return Optional.empty();
    }

    /** The verdict on a job that this worker gives back as it came. */
    Decision release(ClaimedJob job) {
        return new Decision(Verdict.release(job.lease(), job.document()), null);
    }

    /** The verdict after a run, or empty when there is none to give: the lease was lost before anything ran. */
    Optional<Decision> afterRun(ClaimedJob job, Ran ran) {
        if (ran.ending().kind() == Ending.Kind.RETURNED) {
            return Optional.of(succeeded(job, ran));
        }
        if (ran.stop() == null) {
            return Optional.of(failed(job, ran));
        }
        boolean ranAtAll = ran.ending().kind() != Ending.Kind.NOT_STARTED;
        return switch (ran.stop()) {
            case SHUTDOWN -> Optional.of(release(job));
            case CANCELLED -> Optional.of(cancelled(job, ran, ranAtAll));
            case TIMED_OUT -> Optional
                    .of(retryOrBury(job, ran, Attempt.Outcome.TIMED_OUT, timeoutFailure(ran), Duration.ZERO));
            case LEASE_LOST -> ranAtAll ? Optional.of(lost(job, ran)) : Optional.empty();
        };
    }

    private Decision succeeded(ClaimedJob job, Ran ran) {
        Attempt attempt = attempt(job, ran, Attempt.Outcome.SUCCEEDED, null);
        History history = history(job).and(attempt).with(ran.progress())
                .ended(JobState.SUCCEEDED, ran.finishedAt(), ran.ending().result());
        return finish(job, history, attempt);
    }

    private Decision cancelled(ClaimedJob job, Ran ran, boolean ranAtAll) {
        History history = history(job).with(ran.progress());
        if (!ranAtAll) {
            return finish(job, history.ended(JobState.CANCELLED, ran.finishedAt(), null), null);
        }
        Attempt attempt = attempt(job, ran, Attempt.Outcome.CANCELLED, null);
        return finish(job, history.and(attempt).ended(JobState.CANCELLED, ran.finishedAt(), null), attempt);
    }

    private Decision failed(ClaimedJob job, Ran ran) {
        Throwable thrown = thrown(ran);
        if (thrown instanceof HandlerFailure known && known.unable()) {
            return release(job);
        }
        Failure failure = Failures.of(thrown);
        if (thrown instanceof PermanentFailure || (thrown instanceof HandlerFailure known && known.permanent())) {
            return bury(job, ran, attempt(job, ran, Attempt.Outcome.FAILED, failure));
        }
        if (waits(thrown) && job.document().history().forgiven() < RetryLater.MOST) {
            return postpone(job, ran, failure, floor(thrown));
        }
        return retryOrBury(job, ran, Attempt.Outcome.FAILED, failure, floor(thrown));
    }

    private static boolean waits(Throwable thrown) {
        return thrown instanceof RetryLater || (thrown instanceof HandlerFailure known && known.postponed());
    }

    /** What asked for a wait gets it, and uses none of the retries. */
    private Decision postpone(ClaimedJob job, Ran ran, Failure failure, Duration floor) {
        Attempt attempt = attempt(job, ran, Attempt.Outcome.FAILED, failure);
        Duration delay = policy.overriddenBy(job.document().spec()).delay(counted(job), floor, random);
        History history = history(job).and(attempt).with(ran.progress()).forgiving();
        return new Decision(Verdict.retry(job.lease(), delay, job.document().with(history)), attempt);
    }

    /** How many of the attempts count against the retries, this one included. */
    private static int counted(ClaimedJob job) {
        return job.lease().attempt() - job.document().history().forgiven();
    }

    /**
     * The handler was stopped because the lease seemed lost. If the broker still honours it, nobody has taken the job
     * over and it goes the way of any lost attempt; if not, the broker refuses this verdict like any stale one.
     */
    private Decision lost(ClaimedJob job, Ran ran) {
        Failure failure = new Failure("lease_lost", "the worker was silent for longer than its lease", null);
        return retryOrBury(job, ran, Attempt.Outcome.LOST, failure, Duration.ZERO);
    }

    private Decision retryOrBury(ClaimedJob job, Ran ran, Attempt.Outcome how, Failure failure, Duration floor) {
        Attempt attempt = attempt(job, ran, how, failure);
        Optional<Duration> delay = policy.overriddenBy(job.document().spec()).next(counted(job), floor, random);
        if (delay.isEmpty()) {
            return bury(job, ran, attempt);
        }
        JobDocument document = job.document().with(judged(job, history(job).and(attempt).with(ran.progress())));
        return new Decision(Verdict.retry(job.lease(), delay.get(), document), attempt);
    }

    private Decision bury(ClaimedJob job, Ran ran, Attempt attempt) {
        History history = history(job).and(attempt).with(ran.progress()).ended(JobState.DEAD, ran.finishedAt(), null);
        return new Decision(Verdict.bury(job.lease(), job.document().with(judged(job, history))), attempt);
    }

    /** A run that tells how many retries there are, where the job does not and this worker's setting decides. */
    private History judged(ClaimedJob job, History history) {
        return job.document().spec().maxRetries() == null ? history.withMaxRetries(policy.maxRetries()) : history;
    }

    private static Decision buryLost(ClaimedJob job, History history, Instant now) {
        int lost = job.lease().token().deliveries() - 1;
        Failure failure = new Failure("worker_lost", "the worker that ran it went silent " + lost
                + " times in a row; it may be what kills them", null);
        History ended = new History(history.attempt(), history.attempts(), JobState.DEAD, now, null, failure,
                history.progress(),
                history.forgiven(), history.maxRetries());
        return new Decision(Verdict.bury(job.lease(), job.document().with(ended)), null);
    }

    private static Decision finish(ClaimedJob job, History ended, @Nullable Attempt attempt) {
        return new Decision(Verdict.finish(job.lease(), job.document().with(ended)), attempt);
    }

    private Attempt attempt(ClaimedJob job, Ran ran, Attempt.Outcome how, @Nullable Failure failure) {
        Failure shown = failure == null ? null : redactor.secrets(job.document().spec().payload()).mask(failure);
        return new Attempt(job.lease().attempt(), job.lease().token().worker().value(), ran.startedAt(),
                ran.finishedAt(), how, shown);
    }

    /** The document's run, with the lost attempts of this delivery chain added. */
    private static History history(ClaimedJob job) {
        History history = job.document().history();
        for (Attempt lost : job.lost()) {
            history = history.and(lost);
        }
        return history;
    }

    private static Failure timeoutFailure(Ran ran) {
        String limit = ran.timeout() == null ? "its time" : Durations.format(ran.timeout());
        String tail = ran.ending().kind() == Ending.Kind.ABANDONED
                ? " and ignored its interrupt; its thread was given up"
                : "";
        return Failures.timeout("did not end within " + limit + tail, ran.ending().thrown());
    }

    private static Duration floor(Throwable thrown) {
        if (thrown instanceof RetryLater later) {
            return later.delay();
        }
        return thrown instanceof HandlerFailure known ? known.floor() : Duration.ZERO;
    }

    private static Throwable thrown(Ran ran) {
        Throwable thrown = ran.ending().thrown();
        return thrown == null ? new IllegalStateException("the attempt did not start") : thrown;
    }
}
