package io.headrace.worker;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that serve a worker's health and figures, {@code headrace-http}, and one that watches them. The JDK's
 * server gives a thread to whoever has sent a byte, and waits for the rest without end; so a thread that takes too long
 * is interrupted, which closes its connection.
 */
final class HttpThreads extends ThreadPoolExecutor {
    private static final int THREADS = 8;
    /** For a request to arrive, of which a part is there. */
    private static final long ARRIVAL_MILLIS = 1_000;
    /** For its answer to be made and sent. */
    private static final long ANSWER_MILLIS = 10_000;

    /** Of the request that the thread serves. */
    private static final ThreadLocal<@Nullable Limit> LIMITS = new ThreadLocal<>();

    private final ScheduledThreadPoolExecutor watch = new ScheduledThreadPoolExecutor(1, HttpThreads::daemon);

    /** Starts all of them: later there may be none left to tell how the worker is. */
    HttpThreads() {
        super(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), HttpThreads::daemon);
        watch.setRemoveOnCancelPolicy(true);
        watch.prestartAllCoreThreads();
        prestartAllCoreThreads();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "headrace-http");
        thread.setDaemon(true);
        return thread;
    }

    /** The time of one request. Guarded by itself, so that no later one on the same thread is met. */
    private static final class Limit {
        private final Thread thread;
        private boolean over;

        Limit(Thread thread) {
            this.thread = thread;
        }

        synchronized void passed() {
            if (!over) {
                thread.interrupt();
            }
        }

        synchronized void end() {
            over = true;
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        limit(ARRIVAL_MILLIS);
    }

    /** The request that the calling thread serves has arrived. */
    void arrived() {
        limit(ANSWER_MILLIS);
    }

    private void limit(long millis) {
        endLimit();
        Limit limit = new Limit(Thread.currentThread());
        LIMITS.set(limit);
        var unused = watch.schedule(limit::passed, millis, TimeUnit.MILLISECONDS);
    }

    private void endLimit() {
        Limit limit = LIMITS.get();
        if (limit != null) {
            limit.end();
        }
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        endLimit();
        LIMITS.remove();
        boolean unused = Thread.interrupted();
    }

    @Override
    protected void terminated() {
        watch.shutdownNow();
    }
}
