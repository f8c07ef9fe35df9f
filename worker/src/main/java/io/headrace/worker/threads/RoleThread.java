package io.headrace.worker.threads;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one role: it takes turns, waits between them as long as the turn said or until woken, and goes on after
 * any exception. An {@code Error} ends it, and with it the worker: see {@link Breakdown}. {@code signalled},
 * {@code parked} and {@code stopped} are volatile: a waker sets the signal and then looks whether the thread is parked,
 * the thread does the reverse, so no wake-up is missed.
 */
public final class RoleThread {
    /** What the role does each time. */
    @FunctionalInterface
    public interface Turn {
        /** Returns the nanoseconds to wait; zero or less for none, {@link Clocks#NEVER} until woken. */
        long take() throws InterruptedException;
    }

    private static final Logger log = LoggerFactory.getLogger(RoleThread.class);
    private static final long AFTER_ERROR_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Thread thread;
    private final Turn turn;
    private final Breakdown breakdown;
    private volatile boolean signalled;
    private volatile boolean parked;
    private volatile boolean stopped;

    public RoleThread(String name, boolean daemon, Breakdown breakdown, Turn turn) {
        this.turn = turn;
        this.breakdown = breakdown;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(daemon);
    }

    public void start() {
        thread.start();
    }

    /** The next turn comes at once. Cheap when the thread is not waiting. */
    public void wake() {
        signalled = true;
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** No further turn is taken. */
    public void stop() {
        stopped = true;
        wake();
    }

    /** For a turn that blocks in something interruptible; call {@link #stop} first. */
    public void interrupt() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (!stopped) {
                pause(takeTurn());
            }
        } catch (Throwable e) { // an error, perhaps met while telling of an exception
            breakdown.at(thread.getName(), e);
        }
    }

    private long takeTurn() {
        try {
            return turn.take();
        } catch (InterruptedException e) {
            return 0;
        } catch (RuntimeException e) {
            if (!stopped) {
                log.error("unexpected error; going on thread={}", thread.getName(), e);
            }
            return AFTER_ERROR_NANOS;
        }
    }

    private void pause(long nanos) {
        if (nanos <= 0) {
            return;
        }
        long deadline = nanos == Clocks.NEVER ? 0 : System.nanoTime() + nanos;
        parked = true;
        while (!signalled && !stopped) {
            long left = nanos == Clocks.NEVER ? Clocks.NEVER : deadline - System.nanoTime();
            if (left <= 0 || Thread.interrupted()) {
                break;
            }
            LockSupport.parkNanos(this, left);
        }
        parked = false;
        signalled = false;
    }
}
