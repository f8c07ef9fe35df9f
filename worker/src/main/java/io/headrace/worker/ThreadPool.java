package io.headrace.worker;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Daemon threads, one a slot, started when first needed. Waking a thread costs more than a short job, so at most one wake-up
 * is under way at a time: the woken thread takes a task and wakes the next only when tasks are left. A burst of short jobs is
 * thus run by the few threads already awake, and a burst of long ones wakes them all, one after the other.
 *
 * <p>No lock: a thread that goes idle counts itself first and looks for tasks again, and who adds a task does so before looking
 * for idle threads, so one of the two sees the other.
 */
final class ThreadPool implements Threads {
    private static final Logger log = LoggerFactory.getLogger(ThreadPool.class);

    private final int max;
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final Semaphore wakeUps = new Semaphore(0);
    private final AtomicBoolean waking = new AtomicBoolean();
    private final AtomicInteger idle = new AtomicInteger();
    /** Threads started and neither ended nor given up. */
    private final AtomicInteger live = new AtomicInteger();
    private volatile boolean closed;

    ThreadPool(int max) {
        this.max = max;
    }

    @Override
    public void execute(Task task) {
        tasks.add(task);
        summon();
    }

    @Override
    public void givenUp() {
        live.decrementAndGet();
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
        } else if (live.get() < max) {
            startThread();
        }
    }

    private void startThread() {
        if (live.incrementAndGet() > max) {
            live.decrementAndGet();
            return;
        }
        Thread thread = new Thread(this::work, "headrace-job");
        thread.setDaemon(true);
        thread.start();
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
            } else if (closed) {
                return;
            } else {
                awaitTask();
            }
        }
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
        } catch (RuntimeException | Error e) {
            log.error("unexpected error around a handler; its lease will expire", e);
            return true;
        }
    }
}
