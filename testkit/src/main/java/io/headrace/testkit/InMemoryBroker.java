package io.headrace.testkit;

import io.headrace.Broker;
import io.headrace.BrokerOperator;
import io.headrace.BrokerUnavailable;
import io.headrace.Claim;
import io.headrace.ClaimRequest;
import io.headrace.ClaimedJob;
import io.headrace.DataDamaged;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.HeadraceException;
import io.headrace.JobId;
import io.headrace.Lease;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.Renewal;
import io.headrace.Settlement;
import io.headrace.Submission;
import io.headrace.Subscription;
import io.headrace.Verdict;
import io.headrace.Wish;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A broker in the memory of one process, for tests: simple, exact, on a clock that moves only when told. It promises what
 * the contract of brokers asks, and forgets everything at its end.
 *
 * <p>One lock guards everything. Stages are complete when they are returned; callbacks of subscriptions run on one thread
 * of the broker, in the order of the changes. A verdict repeated under the lease that carried it out is answered
 * {@code RECORDED} as long as the job is on record.
 *
 * <p>Faults on request: {@link #unavailable}, {@link #answersLost}, {@link #damaged}, {@link #silence},
 * {@link #rumour}.
 */
public final class InMemoryBroker implements Broker {
    private final ManualClock clock;
    private final MemoryEvents events = new MemoryEvents();
    private final BrokerOperator operator = new InMemoryOperator(this);
    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled after every call, and when time or a fault changes what waiters would find. */
    private final Condition changed = lock.newCondition();
    // guarded by lock
    private final Map<QueueName, MemoryQueue> queues = new TreeMap<>();
    private final Map<WorkerId, Heard> workers = new HashMap<>();
    private final Map<WorkerId, Wish> wishes = new HashMap<>();
    private final Set<QueueName> damaged = new HashSet<>();
    private boolean unavailable;
    private boolean answersLost;
    private boolean closed;

    /** The last heartbeat of a worker. */
    private record Heard(WorkerInfo worker, Instant until) {}

    /** An empty broker. */
    public InMemoryBroker(ManualClock clock) {
        this.clock = clock;
        clock.onAdvance(this::timePassed);
    }

    /** The operator's view of the same broker. */
    public BrokerOperator operator() {
        return operator;
    }

    /** While true every call fails with {@link BrokerUnavailable} and changes nothing, as when the network is down. */
    public void unavailable(boolean down) {
        lock.lock();
        try {
            unavailable = down;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** While true every call is carried out and then fails with {@link OutcomeUnknown}, as when the answer is cut off. */
    public void answersLost(boolean lost) {
        lock.lock();
        try {
            answersLost = lost;
        } finally {
            lock.unlock();
        }
    }

    /** While true every call about jobs of this queue fails with {@link DataDamaged} and changes nothing. */
    public void damaged(QueueName queue, boolean broken) {
        lock.lock();
        try {
            if (broken) {
                damaged.add(queue);
            } else {
                damaged.remove(queue);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a lease older, as if its worker had been silent for so much longer.
     *
     * @throws IllegalArgumentException when the lease does not stand
     */
    public void silence(Lease lease, Duration more) {
        onQueue(lease.job().queue(), (queue, now) -> {
            MemoryJob job = queue.held(lease);
            if (job == null) {
                throw new IllegalArgumentException("not held: " + lease);
            }
            job.heardAt = job.heardAt.minus(more);
            return job.id;
        });
    }

    /**
     * Makes a job at rest fall due now.
     *
     * @throws IllegalArgumentException when it is not at rest
     */
    public void makeDue(JobId id) {
        onQueue(id.queue(), (queue, now) -> {
            queue.makeDue(id, now);
            return id;
        });
    }

    /** Has those who listen to cancellations hear of this job, although nobody asked for one. */
    public void rumour(JobId id) {
        events.cancelled(id);
    }

    @Override
    public CompletionStage<Submission> enqueue(NewJob job) {
        return staged(() -> {
            require(job.durability());
            return onMadeQueue(job.queue(), (queue, now) -> queue.enqueue(job, now));
        });
    }

    /** There is neither disk nor replica. */
    static void require(Durability durability) {
        if (!durability.equals(Durability.MEMORY)) {
            throw new DurabilityUnavailable(durability, "this broker keeps jobs in memory only");
        }
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return onQueue(request.queue(), (queue, now) -> queue.claim(request, now));
    }

    @Override
    public List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
        return onQueue(request.queue(), (queue, now) -> queue.reclaim(request, lastChance, now));
    }

    @Override
    public boolean awaitReady(Set<QueueName> wanted, Duration atMost) throws InterruptedException {
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

    @Override
    public Set<QueueName> ready(WorkerId worker, Set<QueueName> wanted) {
        return locked(now -> wanted.stream()
                .filter(name -> damaged.contains(name) || queueOrEmpty(name).hasSomethingToClaim(now))
                .collect(Collectors.toSet()));
    }

    @Override
    public CompletionStage<Settlement> settle(Verdict verdict) {
        return staged(() -> onQueue(verdict.lease().job().queue(), (queue, now) -> queue.settle(verdict, now)));
    }

    @Override
    public Renewal renew(Collection<Lease> leases, Duration lease) {
        return locked(now -> {
            List<Lease> lost = new ArrayList<>();
            List<Lease> cancelled = new ArrayList<>();
            for (Lease claimed : leases) {
                MemoryJob job = queueOrEmpty(claimed.job().queue()).held(claimed);
                if (job == null) {
                    lost.add(claimed);
                    continue;
                }
                job.heardAt = now;
                job.lease = lease;
                if (job.cancelAsked) {
                    cancelled.add(claimed);
                }
            }
            return new Renewal(lost, cancelled);
        });
    }

    @Override
    public CompletionStage<Settlement> report(Lease lease, @Nullable Progress progress, long firstLine,
            List<String> lines) {
        return staged(() -> onQueue(lease.job().queue(), (queue, now) -> {
            MemoryJob job = queue.held(lease);
            if (job == null) {
                return Settlement.LEASE_LOST;
            }
            job.progress = progress == null ? job.progress : progress;
            job.log.add(lease.token(), firstLine, lines);
            events.changed(job.id);
            return Settlement.RECORDED;
        }));
    }

    @Override
    public Optional<Wish> heartbeat(WorkerInfo worker, Duration lifetime) {
        return locked(now -> {
            workers.put(worker.id(), new Heard(worker.heardAt(now), now.plus(lifetime)));
            return Optional.ofNullable(wishes.remove(worker.id()));
        });
    }

    @Override
    public Subscription onWish(WorkerId worker, Runnable callback) {
        return locked(now -> events.onWish(worker, callback));
    }

    /** Whether such a worker lives; what is wished of it waits for its next heartbeat. Under the lock. */
    boolean wish(WorkerId worker, Wish wish, Instant now) {
        if (liveWorkers(now).stream().noneMatch(live -> live.id().equals(worker))) {
            return false;
        }
        wishes.put(worker, wish);
        events.wished(worker);
        return true;
    }

    @Override
    public void retire(WorkerId worker, Collection<QueueName> served) {
        locked(now -> {
            wishes.remove(worker);
            return workers.keySet().remove(worker);
        });
    }

    @Override
    public Subscription onCancel(Set<QueueName> wanted, Consumer<JobId> callback) {
        return locked(now -> events.onCancel(wanted, callback));
    }

    @Override
    public Subscription onChange(QueueName queue, Consumer<JobId> callback) {
        return locked(now -> events.onChange(queue, callback));
    }

    @Override
    public Lookup find(JobId id) {
        return onQueue(id.queue(), (queue, now) -> queue.look(id, now));
    }

    @Override
    public Lookup await(JobId id) {
        return onQueue(id.queue(), (queue, now) -> {
            queue.await(id, now);
            return queue.look(id, now);
        });
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        events.close();
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
        return locked(now -> move.with(undamaged(queueOrEmpty(name)), now));
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

    private static <T> CompletionStage<T> staged(Supplier<T> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (HeadraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private MemoryQueue queueOrEmpty(QueueName name) {
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

    /** The workers whose last heartbeat still counts; under the lock. */
    List<WorkerInfo> liveWorkers(Instant now) {
        workers.values().removeIf(heard -> !heard.until().isAfter(now));
        return workers.values().stream().map(Heard::worker).toList();
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
