package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.OutcomeUnknown;
import io.headrace.runtime.UncaughtError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares round trips among concurrent callers: one thread sends whatever has gathered while the last flush was in
 * flight. No timer, so a lone caller waits for nothing; under load a flush carries hundreds. Whatever a batch fails of,
 * its callers are told and the next batch is sent.
 *
 * @param <T> what callers hand in; each is answered by the flusher, or failed
 */
public final class Pipeline<T extends Pipeline.Item> implements AutoCloseable {
    /** Something that waits for its answer. */
    public interface Item {
        /** Tells its caller that it failed. */
        void fail(HeadraceException why);
    }

    /** A flush carries at most so many: enough to hide the round trip, few enough to answer the first soon. */
    public static final int MAX_FLUSH = 500;
    /**
     * The same where a flush waits for a disk, up to a second: so it takes what gathers in that time at 5,000 a second.
     */
    static final int MAX_WAITED_FLUSH = 5_000;
    /** So many may wait; beyond, callers are refused at once rather than left to pile up while Redis is away. */
    private static final int MAX_WAITING = 50_000;

    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

    private final BlockingQueue<T> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
    private final int mostFlushed;
    private final Consumer<List<T>> flusher;
    private final Thread thread;
    /** Set by close; read by the thread between flushes. */
    private volatile boolean closed;

    /**
     * @param mostFlushed how many items a flush carries at most
     * @param flusher sends a batch and answers its items, on the pipeline's thread; what it throws fails the batch
     */
    Pipeline(String name, int mostFlushed, Consumer<List<T>> flusher) {
        this.mostFlushed = mostFlushed;
        this.flusher = flusher;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Never blocks. */
    void add(T item) {
        if (closed) {
            item.fail(new BrokerUnavailable("the broker is closed", null));
        } else if (!waiting.offer(item)) {
            item.fail(new BrokerUnavailable(MAX_WAITING + " writes are waiting for Redis already", null));
        } else if (closed) {
            failAll(drain());
        }
    }

    private void loop() {
        List<T> batch = new ArrayList<>(mostFlushed); // which never has to grow, so that nothing taken is forgotten
        while (!closed) {
            try {
                batch.add(waiting.take());
                waiting.drainTo(batch, mostFlushed - 1);
                flush(batch, flusher);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException e) {
                // the batch has been failed, which told its callers
            } catch (Error e) { // likewise; the pipeline is there for what comes next
                UncaughtError.tell(e);
            } finally {
                batch.clear();
            }
        }
        failAll(drain());
    }

    /** Sends a batch; whatever it fails of, its callers are told, and so is the caller of this. */
    public static <T extends Item> void flush(List<T> batch, Consumer<List<T>> flusher) {
        try {
            flusher.accept(Collections.unmodifiableList(batch));
        } catch (RuntimeException | Error e) {
            failEach(batch, e);
            throw e;
        }
    }

    /** Whatever it is, its callers must not wait for ever: each is told, even when telling one of them fails. */
    private static <T extends Item> void failEach(List<T> batch, Throwable why) {
        HeadraceException told = why instanceof HeadraceException known ? known
                : new OutcomeUnknown("internal error: " + why, why);
        boolean logged = false;
        for (T item : batch) {
            try {
                item.fail(told);
                if (told != why && !logged) {
                    logged = true;
                    LOG.error("flush failed size={}", batch.size(), why);
                }
            } catch (RuntimeException | Error e) {
                // the next one must be told all the same
            }
        }
    }

    private List<T> drain() {
        List<T> rest = new ArrayList<>();
        waiting.drainTo(rest);
        return rest;
    }

    private void failAll(List<T> items) {
        items.forEach(item -> item.fail(new BrokerUnavailable("the broker is closed", null)));
    }

    /** Lets the flush in flight end, then fails what waits. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(Redis.TIMEOUT_MS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        failAll(drain());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
