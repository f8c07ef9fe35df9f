package io.headrace.testkit;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The queues of an {@link InMemoryBroker} under the lock that guards everything, and the faults that it was told to
 * have.
 */
final class MemoryState {
    private final ManualClock clock;
    private final MemoryEvents events;
    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled after every call, and when time or a fault changes what waiters would find. */
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private final Map<QueueName, MemoryQueue> queues = new TreeMap<>();
    private final Set<QueueName> damaged = new HashSet<>();
    private boolean unavailable;
    private boolean answersLost;
    private boolean closed;

    MemoryState(ManualClock clock, MemoryEvents events) {
        this.clock = clock;
        this.events = events;
        clock.onAdvance(this::timePassed);
    }

    void unavailable(boolean down) {
        set(() -> unavailable = down);
    }

    void answersLost(boolean lost) {
        set(() -> answersLost = lost);
    }

    void damaged(QueueName queue, boolean broken) {
        set(() -> {
            if (broken) {
                damaged.add(queue);
            } else {
                damaged.remove(queue);
            }
        });
    }

    /** Also while every call fails. */
    private void set(Runnable fault) {
        lock.lock();
        try {
            fault.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean awaitReady(Set<QueueName> wanted, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                refuseWhenDown();
                for (QueueName name : wanted) {
                    MemoryQueue queue = queues.get(name);
                    if (queue != null && queue.takeWakeUp()) {
                        return true;
                    }
                }
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Those of the queues in which a claim would find something, or fail. */
    Set<QueueName> ready(Set<QueueName> wanted) {
        return locked(now -> wanted.stream()
                .filter(name -> damaged.contains(name) || queue(name).hasSomethingToClaim(now))
                .collect(Collectors.toSet()));
    }

    /** Every later call fails. */
    void close() {
        set(() -> closed = true);
    }

    /** There is neither disk nor replica. */
    static void require(Durability durability) {
        if (!durability.equals(Durability.MEMORY)) {
            throw new DurabilityUnavailable(durability, "this broker keeps jobs in memory only");
        }
    }

    /** What is done to one queue. */
    interface Move<T> {
        T with(MemoryQueue queue, Instant now);
    }

    /** What is done under the lock. */
    interface Call<T> {
        T at(Instant now);
    }

    /** Looks at a queue or moves its jobs; a queue that does not exist is empty and stays unknown. */
    <T> T onQueue(QueueName name, Move<T> move) {
        return locked(now -> move.with(undamaged(queue(name)), now));
    }

    /** Changes a queue, which comes into being by it. */
    <T> T onMadeQueue(QueueName name, Move<T> move) {
        return locked(now -> move.with(undamaged(queues.computeIfAbsent(name, this::newQueue)), now));
    }

    /** Runs a call as one atomic step. */
    <T> T locked(Call<T> call) {
        lock.lock();
        try {
            refuseWhenDown();
            Instant now = clock.now();
            queues.values().forEach(queue -> queue.trim(now));
            T answer = call.at(now);
            changed.signalAll();
            if (answersLost) {
                throw new OutcomeUnknown("the in-memory broker was told to lose its answers", null);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private MemoryQueue undamaged(MemoryQueue queue) {
        if (damaged.contains(queue.name)) {
            throw new DataDamaged("the in-memory broker was told that queue " + queue.name + " is damaged", null);
        }
        return queue;
    }

    private void refuseWhenDown() {
        if (closed || unavailable) {
            throw new BrokerUnavailable("the in-memory broker " + (closed ? "is closed" : "was told to be away"), null);
        }
    }

    /** A queue as it is, also one that does not exist, which is empty. Under the lock. */
    MemoryQueue queue(QueueName name) {
        MemoryQueue queue = queues.get(name);
        return queue == null ? newQueue(name) : queue;
    }

    private MemoryQueue newQueue(QueueName name) {
        return new MemoryQueue(name, clock.now(), events::changed, events::cancelled);
    }

    /** Every queue by name; under the lock. */
    Collection<MemoryQueue> queues() {
        return queues.values();
    }

    private void timePassed() {
        lock.lock();
        try {
            Instant now = clock.now();
            queues.values().stream().filter(queue -> queue.due(now)).forEach(MemoryQueue::wake);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
