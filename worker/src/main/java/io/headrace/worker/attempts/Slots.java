package io.headrace.worker.attempts;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How many handlers may run at once, and how many jobs may be held for them. The claim loop takes slots before it asks
 * for jobs and gives back what it did not fill; a slot is free again when its handler has ended. While jobs take less
 * than a round trip to Redis a few more are held than can run, in line for a thread, so that running does not wait for
 * claiming. Any thread; one atomic number, no lock.
 */
public final class Slots {
    /** Jobs that run for less than this on average are short: those in line wait for less than a millisecond. */
    private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    /** What a job counts for at most in the average, which begins so: some 300 short ones make it short. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Each job counts for so little of the average. */
    private static final int AVERAGED = 32;
    /** So many jobs are in line for each slot at most, and no more than {@link #MOST_HELD} held in all. */
    private static final int AHEAD = 9;
    /** From about so many on a round trip costs little a job. */
    private static final int MOST_HELD = 200;

    private final int total;
    private final int mostAhead;
    /** Below zero while more are held than can run. */
    private final AtomicInteger free;
    private final int worthwhile;
    /** How long handlers have run of late, nanoseconds. Racy by design, like the count: each tells only of a trend. */
    private volatile long usualRun = LONG_NANOS;
    private volatile long ended;
    /** Told when slots become worth claiming for; set once before the worker starts. */
    private volatile Runnable listener = () -> {};
    private volatile @Nullable Thread drainer;

    public Slots(int total) {
        this.total = total;
        this.free = new AtomicInteger(total);
        this.worthwhile = Math.max(1, total / 8);
        this.mostAhead = Math.max(0, Math.min(AHEAD * total, MOST_HELD - total));
    }

    public void onFree(Runnable told) {
        listener = told;
    }

    public int total() {
        return total;
    }

    public int free() {
        return Math.max(0, free.get());
    }

    public int busy() {
        return Math.min(total, total - free.get());
    }

    /** Whether jobs have been so short of late that a thread's hand-over, or a round trip, takes as long. */
    public boolean brief() {
        return usualRun < SHORT_NANOS;
    }

    /** How many jobs may be held beyond those that can run: none unless they are short. */
    public int ahead() {
        return brief() ? mostAhead : 0;
    }

    /** Whether more are held than can run. */
    public boolean overfull() {
        return free.get() < 0;
    }

    /** How many more jobs may be held now. */
    public int room() {
        return Math.max(0, free.get() + ahead());
    }

    /** How much room makes a claim worth its round trip while there are jobs in line: half. */
    public int refill() {
        return Math.max(1, (total + ahead()) / 2);
    }

    /** A handler has run for so long. */
    void ran(long nanos) {
        long usual = usualRun;
        usualRun = usual + (Math.min(Math.max(0, nanos), LONG_NANOS) - usual) / AVERAGED;
        long before = ended;
        ended = before + 1;
    }

    /** Changes whenever handlers end. */
    public long ended() {
        return ended;
    }

    /** Those that run do not end: jobs are taken for long until many short ones have ended. */
    public void slow() {
        usualRun = LONG_NANOS;
    }

    /** How many free slots make a claim worth its round trip while the worker is busy: an eighth. */
    public int worthwhile() {
        return worthwhile;
    }

    /**
     * Takes all the room, as far as no more than some are held then.
     *
     * @param most how many may be held, at least 0
     */
    public int take(int most) {
        int now = free.get();
        while (true) {
            int taken = Math.max(0, Math.min(now + ahead(), most - (total - now)));
            if (free.compareAndSet(now, now - taken)) {
                return taken;
            }
            now = free.get();
        }
    }

    /** Gives back slots that were taken and not filled. Nobody is told of them: who gives them back knows. */
    public void giveBack(int count) {
        if (count > 0) {
            freed(free.addAndGet(count));
        }
    }

    /** A handler has ended. */
    void release() {
        int now = free.incrementAndGet();
        if (now == 1 || now == worthwhile) {
            listener.run();
        }
        freed(now);
    }

    private void freed(int now) {
        Thread waiting = drainer;
        if (waiting != null && now == total) {
            LockSupport.unpark(waiting);
        }
    }

    /** Waits until no slot is taken. Returns false when the time is up; one waiter at a time. */
    public boolean awaitAllFree(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        drainer = Thread.currentThread();
        try {
            while (free.get() < total) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return true;
        } finally {
            drainer = null;
        }
    }
}
