package io.headrace.worker.threads;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Daemon threads, one a slot, started when first needed. Waking a thread costs more than a short job, so at most one
 * wake-up is under way at a time: the woken thread takes a task and wakes the next only when tasks are left. A burst of
 * short jobs is thus run by the few threads already awake, and a burst of long ones wakes them all, one after the
 * other.
 *
 * <p>No lock: a thread that goes idle counts itself first and looks for tasks again, and who adds a task does so before
 * looking for idle threads, so one of the two sees the other; a thread of the pool that adds a task takes it itself.
 */
final class ThreadPool implements JobThreads {
    private static final Logger log = LoggerFactory.getLogger(ThreadPool.class);

    private final int max;
    private final ThreadFactory factory;
    private final Capacity capacity;
    private final Breakdown breakdown;
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final Semaphore wakeUps = new Semaphore(0);
    private final AtomicBoolean waking = new AtomicBoolean();
    private final AtomicInteger idle = new AtomicInteger();
    /** How many threads have started and neither ended nor given up. */
    private final AtomicInteger live = new AtomicInteger();
    /** Tasks in line or running, without those given up. */
    private final AtomicInteger pending = new AtomicInteger();
    /** No thread is started beyond so many, and idle ones beyond it end. */
    private volatile int most;
    /** Set for the threads of this pool. */
    private final ThreadLocal<Boolean> own = new ThreadLocal<>();
    private volatile boolean closed;

    ThreadPool(int max, Capacity capacity, Breakdown breakdown) {
        this(max, ThreadPool::daemon, capacity, breakdown);
    }

    /** @param factory makes the threads; for tests, one that cannot be started */
    ThreadPool(int max, ThreadFactory factory, Capacity capacity, Breakdown breakdown) {
        this.factory = factory;
        this.max = max;
        this.most = max;
        this.capacity = capacity;
        this.breakdown = breakdown;
    }

    @Override
    public void execute(Task task) {
        boolean first = tasks.isEmpty();
        pending.incrementAndGet();
        tasks.add(task);
        if (!first || own.get() == null) { // else the calling thread takes it
            summon();
        }
    }

    @Override
    public void hurry() {
        if (!tasks.isEmpty()) {
            summon();
        }
    }

    @Override
    public boolean inLine() {
        return !tasks.isEmpty();
    }

    @Override
    public int ready(int wanted) {
        most = Math.max(most, Math.min(max, wanted));
        int there = live.get();
        while (there < wanted && startThread()) {
            there = live.get();
        }
        return Math.min(there, wanted);
    }

    @Override
    public void shrink(int fewer) {
        most = Math.min(max, fewer);
        wakeUps.release(idle.get());
    }

    @Override
    public void givenUp() {
        live.decrementAndGet();
        pending.decrementAndGet();
        if (!tasks.isEmpty()) {
            summon();
        }
    }

    @Override
    public void close() {
        closed = true;
        wakeUps.release(max);
    }

    private void summon() {
        if (idle.get() > 0) {
            if (waking.compareAndSet(false, true)) {
                wakeUps.release();
            }
        } else if (live.get() < most) {
            if (!startThread()) {
                refuseSurplus();
            }
        } else if (most < max) {
            refuseSurplus();
        }
    }

    /** Returns false when the machine gives no thread. */
    private boolean startThread() {
        if (live.incrementAndGet() > max) {
            live.decrementAndGet();
            return true;
        }
        try {
            factory.newThread(this::loop).start();
            return true;
        } catch (OutOfMemoryError e) { // no thread, or no memory for one
            int left = live.decrementAndGet();
            most = left;
            capacity.refusedThread(e, left);
            return false;
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "headrace-job");
        thread.setDaemon(true);
        return thread;
    }

    /** Hands back what is in line beyond the threads there are. */
    private void refuseSurplus() {
        while (pending.get() > live.get()) {
            Task task = tasks.poll();
            if (task == null) {
                return;
            }
            pending.decrementAndGet();
            task.refused();
        }
    }

    private void loop() {
        own.set(true);
        try {
            work();
        } catch (Throwable e) { // tasks throw nothing; there is no memory, or something is broken
            live.decrementAndGet();
            pending.decrementAndGet();
            breakdown.at(Thread.currentThread().getName(), e);
        }
    }

    private void work() {
        while (true) {
            Task task = tasks.poll();
            if (task != null) {
                if (!tasks.isEmpty()) {
                    summon();
                }
                if (!run(task)) {
                    return;
                }
                pending.decrementAndGet();
            } else if (closed || surplus()) {
                return;
            } else {
                awaitTask();
            }
        }
    }

    /** Whether the calling thread is one too many; then it counts no more and must end. */
    private boolean surplus() {
        int count = live.get();
        while (count > most) {
            if (live.compareAndSet(count, count - 1)) {
                return true;
            }
            count = live.get();
        }
        return false;
    }

    private void awaitTask() {
        idle.incrementAndGet();
        if (tasks.isEmpty() && !closed) {
            wakeUps.acquireUninterruptibly();
            waking.set(false);
        }
        idle.decrementAndGet();
    }

    private static boolean run(Task task) {
        try {
            return task.run();
        } catch (RuntimeException e) {
            log.error("unexpected error around a handler; its lease will expire", e);
            return true;
        }
    }
}
