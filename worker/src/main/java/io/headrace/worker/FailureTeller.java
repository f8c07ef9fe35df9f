package io.headrace.worker;

import io.headrace.Attempt;
import io.headrace.Durations;
import io.headrace.Failure;
import io.headrace.broker.Verdict;
import io.headrace.worker.attempts.Decision;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.LogText;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.RoleThread;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells the log and the application which attempts failed and which jobs died, once their verdicts stand. When
 * thousands do, the log shows the first of them and counts the others.
 *
 * <p>Any thread hands in, and waits for nothing; {@code headrace-failure} tells. What is told so far is guarded by
 * {@code turns}, which the turn holds, so that the application hears of one at a time.
 */
final class FailureTeller {
    private static final Logger log = LoggerFactory.getLogger(FailureTeller.class);

    /** So many lines of either kind appear in this time. */
    static final int MOST = 20;
    static final Duration WINDOW = Duration.ofSeconds(10);
    /** How many may wait to be told; what comes then is counted. */
    static final int WAITING = 1_000;
    /** How long a worker that stops waits for the application's own code. */
    private static final long PATIENCE_S = 1;

    private final @Nullable Consumer<FailedAttempt> listener;
    private final Clocks clocks;
    private final RoleThread role;
    private final BlockingQueue<FailedAttempt> waiting = new ArrayBlockingQueue<>(WAITING);
    /** Those that found no room to wait. */
    private final AtomicLong failedUntold = new AtomicLong();
    private final AtomicLong deadUntold = new AtomicLong();
    private final ReentrantLock turns = new ReentrantLock();
    private long windowEnd;
    private int failedShown;
    private int deadShown;
    private long failedHidden;
    private long deadHidden;

    /** @param listener the application's; null for none */
    FailureTeller(@Nullable Consumer<FailedAttempt> listener, Clocks clocks, Breakdown breakdown) {
        this.listener = listener;
        this.clocks = clocks;
        this.role = new RoleThread("headrace-failure", true, breakdown, this::turn);
    }

    void start() {
        role.start();
    }

    /** Tells what is left, unless the application's code does not return. */
    void stop() {
        role.stop();
        try {
            if (turns.tryLock(PATIENCE_S, TimeUnit.SECONDS)) {
                try {
                    turn();
                    count();
                } finally {
                    turns.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A verdict stands. One that is no failure, or only the wait that a target asked for, is not told. */
    void recorded(LiveAttempt attempt, Decision decision) {
        Verdict verdict = decision.verdict();
        boolean dead = verdict.move() == Verdict.Move.BURY;
        if (!dead && verdict.move() != Verdict.Move.RETRY) {
            return;
        }
        Failure error = error(decision);
        boolean waits = !dead
                && verdict.document().history().forgiven() > attempt.job().document().history().forgiven();
        if (error == null || waits) {
            return;
        }
        if (!waiting.offer(new FailedAttempt(attempt.id(), attempt.type(), verdict.lease().attempt(), error,
                decision.thrown(), dead ? null : verdict.delay()))) {
            (dead ? deadUntold : failedUntold).incrementAndGet();
        }
        role.wake();
    }

    private static @Nullable Failure error(Decision decision) {
        Attempt attempt = decision.attempt();
        return attempt == null ? decision.verdict().document().history().error() : attempt.error();
    }

    /** Tells what waits; returns how long until the next count of what was left out. */
    long turn() {
        turns.lock();
        try {
            for (FailedAttempt failed = waiting.poll(); failed != null; failed = waiting.poll()) {
                show(failed);
                tell(failed);
            }
            long left = windowEnd - clocks.now();
            if (left <= 0) {
                count();
            }
            return hidden() == 0 ? Clocks.NEVER : left;
        } finally {
            turns.unlock();
        }
    }

    private void show(FailedAttempt failed) {
        if (clocks.now() >= windowEnd) {
            if (failedHidden + deadHidden > 0) {
                count();
            }
            windowEnd = clocks.now() + WINDOW.toNanos();
            failedShown = 0;
            deadShown = 0;
        }
        Failure error = failed.error();
        Duration retryIn = failed.retryIn();
        if (retryIn == null) {
            if (deadShown++ < MOST) {
                log.atError().setCause(RecordedStack.of(error)).log(
                        "job is dead job={} type={} attempt={} error={} message={}", failed.job(), failed.type(),
                        failed.attempt(), LogText.line(error.type()), LogText.line(error.message()));
            } else {
                deadHidden++;
            }
        } else if (failedShown++ < MOST) {
            log.warn("attempt failed job={} type={} attempt={} retryIn={} error={} message={}", failed.job(),
                    failed.type(), failed.attempt(), Durations.format(retryIn), LogText.line(error.type()),
                    LogText.line(error.message()));
        } else {
            failedHidden++;
        }
    }

    private long hidden() {
        return failedHidden + deadHidden + failedUntold.get() + deadUntold.get();
    }

    /** Says how many were left out since it last did. */
    private void count() {
        if (hidden() == 0) {
            return;
        }
        long unheardFailed = failedUntold.getAndSet(0);
        long unheardDead = deadUntold.getAndSet(0);
        long failed = failedHidden + unheardFailed;
        long dead = deadHidden + unheardDead;
        failedHidden = 0;
        deadHidden = 0;
        log.atLevel(dead > 0 ? Level.ERROR : Level.WARN).log(
                "more attempts failed than are shown failed={} dead={}", failed, dead);
        if (listener != null && unheardFailed + unheardDead > 0) {
            log.warn("onFailure is too slow and was not told of all failures={}", unheardFailed + unheardDead);
        }
    }

    /** The application's code may throw anything; the next failure is told all the same. */
    private void tell(FailedAttempt failed) {
        if (listener == null) {
            return;
        }
        try {
            listener.accept(failed);
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            log.warn("onFailure threw, and is told of the next failure all the same job={}", failed.job(), e);
        }
    }
}
