package io.headrace.api.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which calls wait for the broker, a bounded number of them with a bounded line before them. Event loops
 * hand work in and get the outcome back on their own thread.
 */
public final class BlockingCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockingCalls.class);
    private static final int MAX_WAITING = 4_000;

    private final ThreadPoolExecutor pool;
    private final ClientMemory memory;

    public BlockingCalls(int threads, ClientMemory memory) {
        this.memory = memory;
        pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
                CallThreads.named("headrace-api-call-"));
        pool.allowCoreThreadTimeOut(true);
    }

    /** Runs a call elsewhere that brings nothing large. */
    public <T> Future<T> run(EventLoop loop, Callable<T> call) {
        return run(loop, ClientMemory.Weight.SMALL, call);
    }

    /**
     * Runs a call elsewhere, when there is room for what it may find; the future completes on the loop's thread. It
     * fails with an {@code overloaded} problem when too many calls wait already.
     */
    public <T> Future<T> run(EventLoop loop, ClientMemory.Weight weight, Callable<T> call) {
        Promise<T> promise = Promise.promise();
        try {
            pool.execute(() -> look(loop, weight, call, promise));
        } catch (RejectedExecutionException e) {
            promise.fail(ProblemType.OVERLOADED.problem("too many calls wait for the broker"));
        }
        return promise.future();
    }

    private <T> void look(EventLoop loop, ClientMemory.Weight weight, Callable<T> call, Promise<T> promise) {
        try {
            memory.awaitTurn(weight);
        } catch (InterruptedException | RuntimeException | Error e) {
            loop.post(() -> promise.fail(e));
            return;
        }
        Runnable tell;
        try {
            T value = call.call();
            tell = () -> promise.complete(value);
        } catch (Throwable e) {
            tell = () -> promise.fail(e);
        }
        Runnable told = tell;
        loop.post(() -> {
            try {
                told.run();
            } finally { // what was found has been written by now
                memory.looked(weight);
            }
        });
    }

    /**
     * Runs something that reports by itself and holds nothing large.
     *
     * @return whether it will run: false when too many calls wait already
     */
    public boolean run(Runnable work) {
        try {
            pool.execute(() -> guarded(work));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("something that nobody waits for failed", e);
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
