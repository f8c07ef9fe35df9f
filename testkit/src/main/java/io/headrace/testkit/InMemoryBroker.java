package io.headrace.testkit;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.Durability;
import io.headrace.HeadraceException;
import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.Subscription;
import io.headrace.access.AccessStore;
import io.headrace.broker.Broker;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Jobs;
import io.headrace.broker.Lease;
import io.headrace.broker.Queues;
import io.headrace.broker.Renewal;
import io.headrace.broker.Steer;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker in the memory of one process, for tests: simple, exact, on a clock that moves only when told. It promises
 * what the contract of brokers asks, and forgets everything at its end.
 *
 * <p>One lock guards everything. Stages are complete when they are returned; callbacks of subscriptions run on one
 * thread of the broker, in the order of the changes. A verdict repeated under the lease that carried it out is answered
 * {@code RECORDED} as long as the job is on record.
 *
 * <p>Faults on request: {@link #unavailable}, {@link #answersLost}, {@link #damaged}, {@link #silence},
 * {@link #rumour}.
 */
public final class InMemoryBroker implements Broker {
    private final MemoryEvents events = new MemoryEvents();
    private final MemoryState state;
    private final MemoryWorkers workers;
    private final Queues queues;
    private final Jobs jobs;
    private final AccessStore access;

    /** An empty broker. */
    public InMemoryBroker(ManualClock clock) {
        this.state = new MemoryState(clock, events);
        this.workers = new MemoryWorkers(state, events);
        this.queues = new InMemoryQueues(state, workers);
        this.jobs = new InMemoryJobs(state);
        this.access = new MemoryAccess(state);
    }

    /** While true every call fails with {@link BrokerUnavailable} and changes nothing, as when the network is down. */
    public void unavailable(boolean down) {
        state.unavailable(down);
    }

    /**
     * While true every call is carried out and then fails with {@link OutcomeUnknown}, as when the answer is cut off.
     */
    public void answersLost(boolean lost) {
        state.answersLost(lost);
    }

    /** While true every call about jobs of this queue fails with {@link DataDamaged} and changes nothing. */
    public void damaged(QueueName queue, boolean broken) {
        state.damaged(queue, broken);
    }

    /**
     * Makes a lease older, as if its worker had been silent for so much longer.
     *
     * @throws IllegalArgumentException when the lease does not stand
     */
    public void silence(Lease lease, Duration more) {
        state.onQueue(lease.job().queue(), (queue, now) -> {
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
        state.onQueue(id.queue(), (queue, now) -> {
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
            MemoryState.require(job.durability());
            return state.onMadeQueue(job.queue(), (queue, now) -> queue.enqueue(job, now));
        });
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return state.onQueue(request.queue(), (queue, now) -> queue.claim(request, now));
    }

    @Override
    public List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
        return state.onQueue(request.queue(), (queue, now) -> queue.reclaim(request, lastChance, now));
    }

    @Override
    public boolean awaitReady(Set<QueueName> wanted, Duration atMost) throws InterruptedException {
        return state.awaitReady(wanted, atMost);
    }

    @Override
    public Set<QueueName> ready(WorkerId worker, Set<QueueName> wanted) {
        return state.ready(wanted);
    }

    @Override
    public CompletionStage<WriteResult> settle(Verdict verdict) {
        return staged(() -> state.onQueue(verdict.lease().job().queue(), (queue, now) -> queue.settle(verdict, now)));
    }

    @Override
    public Renewal renew(Collection<Lease> leases, Duration lease) {
        return state.locked(now -> {
            List<Lease> lost = new ArrayList<>();
            List<Lease> cancelled = new ArrayList<>();
            for (Lease claimed : leases) {
                MemoryJob job = state.queue(claimed.job().queue()).held(claimed);
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
    public CompletionStage<WriteResult> report(Lease lease, @Nullable Progress progress, long firstLine,
            List<String> lines) {
        return staged(() -> state.onQueue(lease.job().queue(), (queue, now) -> {
            MemoryJob job = queue.held(lease);
            if (job == null) {
                return WriteResult.LEASE_LOST;
            }
            job.progress = progress == null ? job.progress : progress;
            job.log.add(lease.token(), firstLine, lines);
            events.changed(job.id);
            return WriteResult.RECORDED;
        }));
    }

    @Override
    public Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime) {
        return workers.heartbeat(worker, lifetime);
    }

    @Override
    public Subscription onSteer(WorkerId worker, Runnable callback) {
        return state.locked(now -> events.onSteer(worker, callback));
    }

    @Override
    public void retire(WorkerId worker, Collection<QueueName> served) {
        workers.retire(worker);
    }

    @Override
    public Subscription onCancel(Set<QueueName> wanted, Consumer<JobId> callback) {
        return state.locked(now -> events.onCancel(wanted, callback));
    }

    @Override
    public Subscription onChange(QueueName queue, Consumer<JobId> callback) {
        return state.locked(now -> events.onChange(queue, callback));
    }

    @Override
    public Lookup find(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> queue.look(id, now));
    }

    @Override
    public Lookup await(JobId id) {
        return state.onQueue(id.queue(), (queue, now) -> {
            queue.await(id, now);
            return queue.look(id, now);
        });
    }

    @Override
    public Queues queues() {
        return queues;
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public AccessStore access() {
        return access;
    }

    @Override
    public Optional<String> readiness() {
        try {
            return state.locked(now -> Optional.empty());
        } catch (BrokerUnavailable e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    @Override
    public void require(Durability durability) {
        state.locked(now -> {
            MemoryState.require(durability);
            return durability;
        });
    }

    @Override
    public void close() {
        state.close();
        events.close();
    }

    private static <T> CompletionStage<T> staged(Supplier<T> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (HeadraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
