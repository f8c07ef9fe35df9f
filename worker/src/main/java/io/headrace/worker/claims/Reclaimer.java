package io.headrace.worker.claims;

import io.headrace.DataDamaged;
import io.headrace.QueueName;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.worker.attempts.AttemptRunner;
import io.headrace.worker.attempts.BrokerOutage;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerMetrics;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.threads.Clocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Takes over jobs whose workers went silent: about three times a lease, with jitter so that the fleet does not ask at
 * once, and never more than there are free slots. After the worker's start and after an outage it waits a grace first,
 * because leases that ran out while the broker was away say nothing about their workers. It has no thread of its own:
 * the claim loop gives it its turn before claiming, so a worker with an endless backlog still rescues lost jobs.
 *
 * <p>A job that was lost twice gets its last chance apart from others of its kind, one at a time: if it is what kills
 * the workers, they must not die with it.
 */
public final class Reclaimer {
    private final Broker broker;
    private final WorkerConfig config;
    private final AttemptRunner runner;
    private final BrokerOutage outage;
    private final WorkerMetrics metrics;
    private final Clocks clocks;
    private final InFlight inFlight;
    private final List<QueueName> queues;
    private long dueAt;
    /** Set by any thread: a last chance has ended, and the next one need not wait for its turn. */
    private volatile boolean soon;

    public Reclaimer(WorkerParts parts, InFlight inFlight, AttemptRunner runner) {
        this.broker = parts.broker();
        this.config = parts.config();
        this.runner = runner;
        this.inFlight = inFlight;
        this.outage = parts.outage();
        this.metrics = parts.metrics();
        this.clocks = parts.clocks();
        this.queues = new ArrayList<>(config.queueNames());
        this.dueAt = config.times().reclaimGrace().toNanos();
    }

    /** Lets the next turn come at once. */
    void soon() {
        soon = true;
    }

    /** When the next turn comes, by the worker's clock; never while the broker is away. */
    long dueAt() {
        if (outage.away()) {
            return Clocks.NEVER;
        }
        return Math.max(soon ? 0 : dueAt,
                outage.endedAt() == 0 ? 0 : outage.endedAt() + config.times().reclaimGrace().toNanos());
    }

    /** Reclaims into the free slots when it is time. The next turn comes at once when they were not enough. */
    void turn(Filling filling) {
        if (clocks.now() < dueAt()) {
            return;
        }
        soon = false;
        Collections.rotate(queues, 1); // so that no queue is always the one for which no slot is left
        for (QueueName queue : queues) {
            int wanted = filling.wanted(); // once: handlers take memory all the time
            if (wanted > 0) {
                reclaim(queue, wanted, filling);
            }
        }
        if (filling.wanted() > 0) {
            long third = config.lease().toNanos() / 3;
            dueAt = clocks.now() + third * 4 / 5 + clocks.random().nextLong(third * 2 / 5);
        }
    }

    private void reclaim(QueueName queue, int wanted, Filling filling) {
        long askedAt = clocks.now();
        List<ClaimedJob> jobs;
        try {
            jobs = broker.reclaim(new ClaimRequest(queue, config.id(), wanted, config.lease(),
                    PriorityOrder.urgentFirst()), !inFlight.holdsLastChance());
        } catch (DataDamaged e) {
            return; // the other queues have their turn
        }
        outage.succeeded(askedAt);
        filling.brought(jobs);
        if (!jobs.isEmpty()) {
            metrics.reclaimed(queue, jobs.size());
        }
        for (ClaimedJob job : jobs) {
            filling.fill(runner.accept(job, askedAt, filling.left() > 0));
        }
    }
}
