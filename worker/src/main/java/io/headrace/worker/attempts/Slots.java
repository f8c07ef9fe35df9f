package io.headrace.worker.attempts;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How many handlers may run at once. The claim loop takes slots before it asks for jobs and gives back what it did not
 * fill; a slot is free again when its handler has ended. Any thread; one atomic number, no lock.
 */
public final class Slots {
    private final int total;
    private final AtomicInteger free;
    private final int worthwhile;
    /** Told when slots become worth claiming for; set once before the worker starts. */
    private volatile Runnable listener = () -> {};
    private volatile @Nullable Thread drainer;

    public Slots(int total) {
        this.total = total;
        this.free = new AtomicInteger(total);
        this.worthwhile = Math.max(1, total / 8);
    }

    public void onFree(Runnable told) {
        listener = told;
    }

    public int total() {
        return total;
    }

    public int free() {
        return free.get();
    }

    public int busy() {
        return total - free.get();
    }

    /** How many free slots make a claim worth its round trip while the worker is busy: an eighth. */
    public int worthwhile() {
        return worthwhile;
    }

    /**
     * Takes every free slot, as far as no more than some are busy then.
     *
     * @param most how many may be busy, at least 0
     */
    public int take(int most) {
        int now = free.get();
        while (true) {
            int taken = Math.min(now, Math.max(0, most - (total - now)));
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
