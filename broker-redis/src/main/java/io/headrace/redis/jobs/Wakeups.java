package io.headrace.redis.jobs;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.QueueName;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.UnexpectedErrors;
import io.headrace.runtime.UncaughtError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * Lets idle workers wait for work at no cost: they block on the queues' wake tokens, of which an enqueue leaves one.
 * Keys of different Cluster slots cannot share a blocking call, so there is a thread per slot; elsewhere one thread
 * serves all queues.
 */
public final class Wakeups implements AutoCloseable {
    /** A blocking read ends after this at the latest, so that a dead connection is noticed. */
    private static final long MAX_BLOCK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Logger LOG = LoggerFactory.getLogger(Wakeups.class);

    private final Redis redis;
    private final RedisKeys keys;
    private final LongSupplier nanoClock;
    private final UnexpectedErrors unexpected;
    /** Waiters that nobody uses at the moment, by what they wait for. */
    private final Map<Set<QueueName>, ConcurrentLinkedDeque<Waiter>> idle = new ConcurrentHashMap<>();
    private final Set<Waiter> all = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Wakeups(Redis redis, RedisKeys keys, LongSupplier nanoClock, UnexpectedErrors unexpected) {
        this.redis = redis;
        this.keys = keys;
        this.nanoClock = nanoClock;
        this.unexpected = unexpected;
    }

    public boolean await(Set<QueueName> queues, Duration atMost) throws InterruptedException {
        ConcurrentLinkedDeque<Waiter> free = idle.computeIfAbsent(Set.copyOf(queues),
                set -> new ConcurrentLinkedDeque<>());
        Waiter waiter = free.poll();
        if (waiter == null) {
            waiter = new Waiter(queues);
            all.add(waiter);
        }
        try {
            return waiter.await(nanoClock.getAsLong() + atMost.toNanos());
        } finally {
            free.add(waiter);
        }
    }

    /** Waits for one caller at a time. Its threads block in Redis only while a caller waits. */
    private final class Waiter {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final List<Thread> threads = new ArrayList<>();
        /** Until when the caller waits; zero when there is none. Guarded by the lock, like the two below. */
        private long deadline;
        private boolean waiting;
        private boolean woken;
        private @Nullable HeadraceException failure;

        Waiter(Set<QueueName> queues) {
            Map<Integer, List<byte[]>> bySlot = new LinkedHashMap<>();
            for (QueueName queue : queues) {
                byte[] key = keys.wake(queue);
                bySlot.computeIfAbsent(redis.shard(key), slot -> new ArrayList<>()).add(key);
            }
            for (List<byte[]> slot : bySlot.values()) {
                Thread thread = new Thread(() -> listen(slot), "headrace-wake");
                thread.setDaemon(true);
                threads.add(thread);
            }
            start();
        }

        private void start() {
            try {
                threads.forEach(Thread::start);
            } catch (OutOfMemoryError e) {
                threads.forEach(Thread::interrupt);
                throw new BrokerUnavailable("no thread can be started to wait for work: " + e.getMessage(), e);
            }
        }

        boolean await(long until) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                deadline = until;
                waiting = true;
                woken = false;
                failure = null;
                changed.signalAll();
                while (!woken && failure == null && !closed) {
                    long left = until - nanoClock.getAsLong();
                    if (left <= 0 || changed.awaitNanos(left) <= 0) {
                        break;
                    }
                }
                if (failure != null) {
                    throw failure;
                }
                return woken;
            } finally {
                waiting = false;
                lock.unlock();
            }
        }

        /** Runs on the waiter's own thread. */
        private void listen(List<byte[]> slot) {
            try {
                while (!closed) {
                    turn(slot);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void turn(List<byte[]> slot) throws InterruptedException {
            try {
                byte @Nullable [] token = take(slot, nextBlock());
                if (token != null && !deliver()) {
                    giveBack(token);
                }
            } catch (RuntimeException e) {
                unexpected.survived("waiting for work", e);
                fail(new BrokerUnavailable("waiting for work failed: " + e, e)); // the next wait tries again
            } catch (Error e) {
                fail(new BrokerUnavailable("waiting for work failed: " + e, e));
                UncaughtError.tell(e);
            }
        }

        /** Waits for a caller, and tells how long to block for it. */
        private long nextBlock() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (!waiting || woken || failure != null || deadline - nanoClock.getAsLong() <= 0) {
                    changed.await();
                }
                long left = Math.min(deadline - nanoClock.getAsLong(), MAX_BLOCK_NANOS);
                return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
            } finally {
                lock.unlock();
            }
        }

        /** The key that a token came from, or null when none came. */
        private byte @Nullable [] take(List<byte[]> slot, long blockMs) {
            byte[][] arguments = new byte[slot.size() + 1][];
            for (int i = 0; i < slot.size(); i++) {
                arguments[i] = slot.get(i);
            }
            arguments[slot.size()] = RedisKeys.bytes(String.valueOf(blockMs / 1000.0));
            try {
                List<Object> pair = Replies
                        .list(redis.await(slot.get(0), new Request(Command.BLPOP, arguments), (int) blockMs));
                return pair.isEmpty() ? null : RedisKeys.bytes(Replies.text(pair.get(0)));
            } catch (HeadraceException e) {
                fail(e);
            }
            return null;
        }

        /** A token that cannot be given back is lost; the workers' looks make up for it. */
        private void giveBack(byte[] key) {
            try {
                redis.call(key, Request.of(Command.LPUSH, key, 1));
            } catch (HeadraceException e) {
                LOG.debug("a wake token is lost", e);
            }
        }

        private boolean deliver() {
            lock.lock();
            try {
                if (!waiting || woken) {
                    return false;
                }
                woken = true;
                changed.signalAll();
                return true;
            } finally {
                lock.unlock();
            }
        }

        private void fail(HeadraceException why) {
            lock.lock();
            try {
                failure = why;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void stop() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            threads.forEach(Thread::interrupt);
        }
    }

    @Override
    public void close() {
        closed = true;
        all.forEach(Waiter::stop);
    }
}
