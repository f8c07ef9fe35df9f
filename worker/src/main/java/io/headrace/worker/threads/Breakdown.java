package io.headrace.worker.threads;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a worker that cannot go on: an {@code Error}, such as no memory or no thread left, came up on a thread
 * that is not a handler's. The worker lets its jobs go, so that others run them, tells the log, and then whoever asked
 * to be told. Any thread; only the first error counts. Nothing here may rely on there being memory for it, nor on
 * letting go to come to an end: whoever asked is told after some seconds all the same, by a thread that is there
 * beforehand.
 */
public final class Breakdown {
    private static final Logger log = LoggerFactory.getLogger(Breakdown.class);

    /** How long the jobs are waited for to be let go. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
    private final AtomicBoolean said = new AtomicBoolean();
    private final @Nullable Consumer<Throwable> told;
    private final long patienceNanos;
    private final Thread sayer = new Thread(this::sayInTime, "headrace-breakdown");
    private volatile boolean unwatched;
    /** Set once before the worker starts. */
    private volatile Runnable letGo = () -> {};

    /** @param told hears of it, once; null when nobody asked */
    public Breakdown(@Nullable Consumer<Throwable> told) {
        this(told, PATIENCE);
    }

    public Breakdown(@Nullable Consumer<Throwable> told, Duration patience) {
        this.told = told;
        this.patienceNanos = patience.toNanos();
    }

    /** From now on a breakdown is told in time; called once, before the worker starts. */
    public void watch() {
        if (told != null) {
            sayer.setDaemon(true);
            sayer.start();
        }
    }

    /** The worker has stopped. */
    public void unwatch() {
        unwatched = true;
        LockSupport.unpark(sayer);
    }

    public void onBreakdown(Runnable by) {
        letGo = by;
    }

    public boolean happened() {
        return cause.get() != null;
    }

    /** Whether somebody decides what becomes of the process; else it is not the worker's to end. */
    public boolean watched() {
        return told != null;
    }

    /** A thread of the worker met an error that it cannot go on after. Returns normally. */
    public void at(String thread, Throwable error) {
        if (!cause.compareAndSet(null, error)) {
            return;
        }
        LockSupport.unpark(sayer);
        attempt(letGo);
        attempt(() -> log.error("the worker cannot go on; it claims nothing more and lets its jobs go thread={}",
                thread,
                error));
        say(error);
    }

    private void say(Throwable error) {
        if (told != null && said.compareAndSet(false, true)) {
            attempt(() -> told.accept(error));
        }
    }

    private void sayInTime() {
        Throwable error = cause.get();
        while (error == null && !unwatched) {
            LockSupport.park(this);
            error = cause.get();
        }
        long begun = System.nanoTime();
        while (error != null && !said.get() && !unwatched) {
            long left = begun + patienceNanos - System.nanoTime();
            if (left <= 0) {
                say(error);
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /** Each step is tried, whatever became of the one before. */
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) { // there may be no memory to say so
        }
    }
}
