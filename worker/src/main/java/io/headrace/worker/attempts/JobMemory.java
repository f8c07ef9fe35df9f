package io.headrace.worker.attempts;

import io.headrace.runtime.ByteBudget;
import io.headrace.worker.handlers.ResultBytes;
import io.headrace.worker.threads.Clocks;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of jobs that a worker holds: what it has claimed, what commands and targets answer, what came of it and is
 * not on record yet, and log lines that are not sent. While little is left, fewer jobs are claimed than there are free
 * slots; small jobs are never held up by it. Any thread may take and give back; the claim loop's thread asks.
 */
public final class JobMemory {
    /** The largest job to be expected before one was seen: one with a payload of the default limit. */
    private static final int USUAL_MOST = 256 * 1024;
    /** While its answer is read, a job is there twice: its document, and the payload cut out of it. */
    private static final int FORMS_READ = 2;
    /** While it runs, its handler makes about as much of it again, and a result. */
    private static final int FORMS_RUN = 4;
    /** A result is there as it was read, as text or JSON, in its document, and as it is sent. */
    private static final int FORMS_RESULT = 4;
    /** By what part of the budget those may pass it that go on without any left; but one can. */
    private static final int OVERDRAFT_PART = 16;
    /** How often one that waits for memory looks whether there is some. */
    private static final long LOOK_MILLIS = 50;
    private static final long TOLD_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final Logger log = LoggerFactory.getLogger(JobMemory.class);

    private final ByteBudget budget;
    private final Clocks clocks;
    /**
     * So many attempts may go on reading their results when no memory is left: were all to wait, none would ever give
     * any back.
     */
    private final Semaphore overdraft;
    /**
     * The size of the largest job of late; halved with each claim that brings smaller ones. Written by the claim loop's
     * thread.
     */
    private volatile int largest;
    /** Whether the claim loop waits for room. */
    private volatile boolean awaited;
    /** Set once before the worker starts. */
    private volatile Runnable listener = () -> {};
    /** When the log may tell of it again; used by the claim loop's thread. */
    private long toldUntil;

    public JobMemory(ByteBudget budget, Clocks clocks) {
        this.budget = budget;
        this.clocks = clocks;
        long most = budget.total() / OVERDRAFT_PART / FORMS_RESULT / ResultBytes.MAX;
        this.overdraft = new Semaphore((int) Math.max(1, Math.min(Integer.MAX_VALUE, most)));
    }

    /** @param told when claiming may go on */
    public void onRoom(Runnable told) {
        listener = told;
    }

    /**
     * How many jobs may be asked for, if they are as large as they have been of late, or at worst as payloads usually
     * may be.
     */
    public int fits() {
        if (budget.held() == 0) {
            return Math.max(1, fitsBeside());
        }
        return fitsBeside();
    }

    private int fitsBeside() {
        long left = budget.left();
        long asRead = left / ((long) FORMS_READ * Math.max(USUAL_MOST, largest));
        long asRun = left / ((long) FORMS_RUN * Math.max(1, largest));
        return (int) Math.min(Integer.MAX_VALUE, Math.min(asRead, asRun));
    }

    /** Whether nothing may be asked for; then the listener is told when it may. */
    public boolean full() {
        if (fits() > 0) {
            return false;
        }
        awaited = true;
        if (fits() > 0) { // given back in between
            awaited = false;
            return false;
        }
        if (clocks.now() >= toldUntil) {
            toldUntil = clocks.now() + TOLD_NANOS;
            log.warn("jobs fill the memory there is for them; fewer run at once than there are slots heldBytes={}"
                    + " budgetBytes={}; a larger heap (-Xmx) allows more", budget.held(), budget.total());
        }
        return true;
    }

    /** Notes what a claim has brought: the size in bytes of its largest document. */
    public void seen(int largestOfClaim) {
        largest = Math.max(largestOfClaim, largest / 2);
    }

    /** What one attempt holds. */
    Share share() {
        return new Share();
    }

    private void gaveBack() {
        if (awaited && fits() > 0) {
            awaited = false;
            listener.run();
        }
    }

    /** What one attempt holds, so that all of it is given back in the end. Guarded by itself. */
    final class Share {
        private long held;
        private boolean over;
        private boolean overdraws;

        /** Takes what a claimed job needs while it runs. Returns false when that is not left; then nothing is taken. */
        synchronized boolean tryRun(int documentBytes) {
            return tryTake((long) FORMS_RUN * documentBytes);
        }

        /** Takes bytes if they are left. */
        synchronized boolean tryTake(long bytes) {
            if (over || !budget.tryReserve(bytes)) {
                return false;
            }
            held += bytes;
            return true;
        }

        /** Takes bytes that are there already. */
        synchronized void take(long bytes) {
            if (!over) {
                budget.reserve(bytes);
                held += bytes;
            }
        }

        /**
         * Takes what so many bytes of a result need, waiting while others have it. A few attempts at a time go on
         * without, and one that is over waits for nothing.
         *
         * @return whether it had to wait
         */
        boolean awaitResult(int bytes) throws InterruptedException {
            long needed = (long) FORMS_RESULT * bytes;
            boolean waited = false;
            while (!over() && !tryTake(needed)) {
                waited = true;
                if (mayOverdraw()) {
                    take(needed);
                    break;
                }
            }
            return waited;
        }

        private synchronized boolean over() {
            return over;
        }

        private boolean mayOverdraw() throws InterruptedException {
            if (overdraws()) {
                return true;
            }
            if (!overdraft.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
            synchronized (this) {
                overdraws = !over;
                if (over) {
                    overdraft.release();
                }
                return true;
            }
        }

        private synchronized boolean overdraws() {
            return overdraws;
        }

        synchronized void giveBack(long bytes) {
            long some = Math.min(held, bytes);
            held -= some;
            budget.release(some);
            gaveBack();
        }

        /** The attempt is over; what is taken later counts for nothing. */
        synchronized void giveBackAll() {
            over = true;
            giveBack(held);
            if (overdraws) {
                overdraws = false;
                overdraft.release();
            }
        }
    }
}
