package io.headrace.worker.attempts;

import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.RoleThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stops attempts: those past their timeout, and those that others ask it to stop; and gives up the ones that do not
 * stop within {@value #PATIENCE_SECONDS} s. The thread {@code headrace-watch} looks through the running attempts when
 * the earliest of their times has come, so an attempt that ends in time costs one comparison and no timer.
 *
 * <p>{@code scanAt} is atomic: it is raised before a scan and only lowered by everybody else, so no time is missed.
 */
public final class Interrupter {
    private static final long PATIENCE_SECONDS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

    private final InFlight inFlight;
    private final Clocks clocks;
    private final AtomicLong scanAt = new AtomicLong(Clocks.NEVER);
    private final RoleThread watcher;
    /** Set once before the worker starts. */
    private volatile Abandoner abandoner = attempt -> {};

    /** Who finishes an attempt whose handler is not waited for any longer. */
    @FunctionalInterface
    public interface Abandoner {
        void abandon(LiveAttempt attempt);
    }

    public Interrupter(InFlight inFlight, Clocks clocks, Breakdown breakdown) {
        this.watcher = new RoleThread("headrace-watch", true, breakdown, this::turn);
        this.inFlight = inFlight;
        this.clocks = clocks;
    }

    public void onAbandon(Abandoner by) {
        abandoner = by;
    }

    public void start() {
        watcher.start();
    }

    public void shutDown() {
        watcher.stop();
    }

    /** An attempt has begun and may have a deadline. */
    void began(LiveAttempt attempt) {
        lookAt(attempt.deadline());
    }

    /** Asks an attempt to stop; returns whether it was the first to ask. */
    public boolean stop(LiveAttempt attempt, Stop why) {
        boolean first = attempt.stop(why, PATIENCE_NANOS);
        lookAt(attempt.patienceUntil());
        return first;
    }

    private void lookAt(long time) {
        long planned = scanAt.get();
        while (time < planned) {
            if (scanAt.compareAndSet(planned, time)) {
                watcher.wake();
                return;
            }
            planned = scanAt.get();
        }
    }

    /** Stops and gives up what is due; returns how long nothing else will be. */
    long turn() {
        if (clocks.now() >= scanAt.get()) {
            scan();
        }
        long next = scanAt.get();
        return next == Clocks.NEVER ? Clocks.NEVER : Math.max(0, next - clocks.now());
    }

    private void scan() {
        scanAt.set(Clocks.NEVER);
        long now = clocks.now();
        for (LiveAttempt attempt : inFlight.all()) {
            if (attempt.ended()) {
                continue;
            }
            if (attempt.patienceUntil() <= now) {
                abandoner.abandon(attempt);
            } else if (attempt.stop() == null && attempt.deadline() <= now) {
                stop(attempt, Stop.TIMED_OUT);
            } else {
                lookAt(attempt.stop() == null ? attempt.deadline() : attempt.patienceUntil());
            }
        }
    }
}
