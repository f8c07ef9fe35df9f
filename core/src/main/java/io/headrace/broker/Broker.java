package io.headrace.broker;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobStore;
import io.headrace.OutcomeUnknown;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.access.AccessStore;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where jobs are kept: what producers and, beyond {@link JobStore}, workers call for every job, and by {@link #queues},
 * {@link #jobs}, {@link #workers} and {@link #access} what people and dashboards ask and change. Thread-safe.
 *
 * <p>Every transition is atomic and takes its time from the broker's clock; concurrent calls share round trips. What
 * calls fail with is said at {@link JobStore}.
 */
public interface Broker extends JobStore, AutoCloseable {
    /**
     * Leases up to {@code max} jobs of one queue, first moving jobs that fell due to their streams. Released jobs come
     * first, then the priorities in the order asked. A paused queue yields none. Blocks for one round trip, not for
     * work.
     *
     * <p>Jobs of an earlier claim or reclaim by the same worker whose answer got lost are handed out first, under the
     * lease they have, even if they are more than {@code max}. A worker must not claim from two threads at once.
     */
    Claim claim(ClaimRequest request);

    /**
     * Leases up to {@code max} jobs whose workers stayed silent longer than their lease. Carries on where the last call
     * stopped, so every expired lease is found in a bounded number of calls. Each job is judged by the lease it was
     * claimed with, whatever lease this request asks for. A paused queue is no exception: what ran goes on. The caller
     * decides what too many deliveries mean: {@link Token#deliveries()} of a job that was lost n times is n + 1. There
     * are none for the length of a lease after the broker's clock was set on, by which leases are judged.
     *
     * @param lastChance whether one job may be among them that has its {@link Token#lastChance()}; others of that kind
     *            are left for a later call. A job that kills its workers gets there, and so may those that ran beside
     *            it: apart from each other it shows which one does.
     */
    List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance);

    /**
     * Waits until one of the queues may have work, at most as long as said. One submission wakes one waiter of all
     * processes, not all of them. A job put to rest (by a delay or a retry) with an earlier due time than any other of
     * its queue wakes one waiter too, so that the claim that follows learns {@link Claim#nextDue()}. A wake-up is a
     * hint: the claim may find nothing, and a hint is lost with the waiter that it woke, when that is frozen or killed
     * before it claims. So who waits must {@link #ready look} from time to time.
     *
     * @return whether a hint came
     */
    boolean awaitReady(Set<QueueName> queues, Duration atMost) throws InterruptedException;

    /**
     * Waits for jobs of one queue and leases those that come, where that costs less than {@link #awaitReady} and a
     * claim: while jobs come one by one to a few workers. It may return with nothing after much less than the time.
     *
     * @param atMost how long to wait, as far as the broker waits so long for it
     * @return what came; {@link Claim#nextDue} is zero when a {@link #claim} should follow at once. Empty where waiting
     *         so is not worth it now, which costs little to ask: then the caller waits by {@link #awaitReady}
     */
    default Optional<Claim> awaitClaim(ClaimRequest request, Duration atMost) {
        return Optional.empty();
    }

    /**
     * Which of these queues have something for this worker to claim: a job in line that nobody holds, one at rest that
     * has fallen due, or one of an earlier claim of the worker whose answer got lost. A paused queue has nothing.
     * Changes nothing and costs little for any number of queues; as another worker may be quicker, a claim may find
     * nothing.
     */
    Set<QueueName> ready(WorkerId worker, Set<QueueName> queues);

    /** Carries out a verdict if its lease stands. */
    CompletionStage<WriteResult> settle(Verdict verdict);

    /**
     * The same, but the verdict lies here until the next claim or {@link #flush} of this broker, whichever is first,
     * and goes along with it: one round trip for both. The caller sees to it that one of them comes soon.
     */
    default CompletionStage<WriteResult> settleSoon(Verdict verdict) {
        return settle(verdict);
    }

    /**
     * Sends what lies here, unless another thread is at it, which then sends all. Blocks for a round trip, and throws
     * nothing: what comes of the verdicts is said where they were given.
     */
    default void flush() {}

    /** Extends leases by a full lease from now. The leases may belong to any queues. */
    Renewal renew(Collection<Lease> leases, Duration lease);

    /**
     * Stores what a running handler reports, if its lease stands. The newest {@link JobLog#MAX_LINES} lines of a job
     * are kept.
     *
     * @param progress null leaves the last one
     * @param firstLine how many lines were reported under this lease before these; lines that are stored already,
     *            because the answer to an earlier report got lost, are not stored again
     */
    CompletionStage<WriteResult> report(Lease lease, @Nullable Progress progress, long firstLine, List<String> lines);

    /**
     * Makes the worker known for {@code lifetime}, under its id.
     *
     * @return what an operator told it since its last heartbeat, if anything; each time is passed on once
     */
    Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime);

    /**
     * Calls back, on a thread of the broker, when an operator steers this worker: its next heartbeat tells whereto. A
     * hint that may be missed while the connection is down.
     */
    Subscription onSteer(WorkerId worker, Runnable callback);

    /** Forgets a worker that stopped in good order. Leases it may still hold stay and expire as they would. */
    void retire(WorkerId worker, Collection<QueueName> queues);

    /**
     * Calls back, on a thread of the broker, when the cancellation of a running job of these queues is asked for. A
     * hint, which may be missed while the connection is down, and may come although nobody asked for anything: whoever
     * can reach the store can give it, as often as they like. So it ends nothing; {@link #renew} tells for certain.
     */
    Subscription onCancel(Set<QueueName> queues, Consumer<JobId> callback);

    /** Queues as wholes, and what people change about them. */
    Queues queues();

    /** Single jobs as people see and change them. */
    Jobs jobs();

    /** The workers that live, and what they are told to do. */
    Workers workers();

    /** Who may do what, and who did what. */
    AccessStore access();

    /**
     * Checks that a job could be stored now: connected, not read-only, memory not full.
     *
     * @return empty when it could, else the reason in words for people
     */
    Optional<String> readiness();

    /**
     * Checks that submissions could be given this durability now.
     *
     * @throws DurabilityUnavailable when they could not, saying why
     */
    void require(Durability durability);

    /** Closes every connection. Stages still open fail with {@link BrokerUnavailable} or {@link OutcomeUnknown}. */
    @Override
    void close();
}
