package io.headrace.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which calls wait for the broker, a bounded number of them with a bounded line before them. Event loops
 * hand work in and get the outcome back on their own thread.
 */
final class BlockingCalls implements AutoCloseable {
    private static final int MAX_WAITING = 4_000;

    private final ThreadPoolExecutor pool;

    BlockingCalls(int threads) {
        pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
                Threads.named("headrace-api-call-"));
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a call elsewhere; the future completes on the loop's thread. It fails with an {@code overloaded} problem when too
     * many calls wait already.
     */
    <T> Future<T> run(Loop loop, Callable<T> call) {
        Promise<T> promise = Promise.promise();
        try {
            pool.execute(() -> {
                try {
                    T value = call.call();
                    loop.post(() -> promise.complete(value));
                } catch (Throwable e) {
                    loop.post(() -> promise.fail(e));
                }
            });
        } catch (RejectedExecutionException e) {
            promise.fail(new Problem(ProblemType.OVERLOADED, "too many calls wait for the broker", null));
        }
        return promise.future();
    }

    /**
     * Runs something that reports by itself.
     *
     * @return whether it will run: false when too many calls wait already
     */
    boolean run(Runnable work) {
        try {
            pool.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(5, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
