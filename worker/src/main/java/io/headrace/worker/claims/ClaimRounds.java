package io.headrace.worker.claims;

import io.headrace.DataDamaged;
import io.headrace.QueueName;
import io.headrace.broker.Broker;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.worker.attempts.AttemptRunner;
import io.headrace.worker.attempts.BrokerOutage;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.JobMemory;
import io.headrace.worker.attempts.Liveness;
import io.headrace.worker.attempts.Slots;
import io.headrace.worker.attempts.VerdictSender;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.attempts.Workload;
import io.headrace.worker.threads.Capacity;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.JobThreads;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The calls that get work: a round asks every queue that may have some for as many jobs as there is room for, and hands
 * them over. One thread at a time: who holds the lock of {@link ClaimLoop}. What others read is volatile.
 */
final class ClaimRounds {
    /**
     * How long a wait for a hint lasts at most. Then comes a look at all queues, three commands for any number of them,
     * so a job whose hint was lost with its worker starts within five seconds.
     */
    static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(4);
    /** The least wait for a due time; guards against a broker that calls one due and does not hand it out. */
    private static final long DUE_FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** How often to look whether a last chance has ended, so that the next one can begin. */
    private static final long LAST_CHANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** For so long after jobs came more are expected to come one by one. */
    private static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long EMPTY_DUE_FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How long a queue whose stored data is damaged is left alone. */
    static final long DAMAGED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Broker broker;
    private final WorkerConfig config;
    private final QueuePicker picker;
    private final Slots slots;
    private final Capacity capacity;
    private final JobThreads threads;
    private final JobMemory memory;
    private final InFlight inFlight;
    private final Liveness liveness;
    private final VerdictSender settler;
    private final AttemptRunner runner;
    private final Reclaimer reclaimer;
    private final BrokerOutage outage;
    private final Clocks clocks;
    /** Filled at the start, and never changed then. */
    private final Map<QueueName, Line> lines = new HashMap<>();
    private volatile boolean hinted = true;
    private volatile boolean more;
    /** What the round under way finds of that. */
    private boolean moreFound;
    /** Whether the last wait brought nothing but the word to claim: another such would be no wait. */
    private boolean sentBack;
    private volatile long lookAt;
    private volatile long cameAt = -LATELY_NANOS;

    /** What is known about one queue. */
    private static final class Line {
        final PriorityOrder priorities = new PriorityOrder();
        volatile long dueAt;
        /** Until when its damaged data is left alone. */
        long damagedUntil;
    }

    ClaimRounds(WorkerParts parts, Workload workload, Liveness liveness, VerdictSender settler, AttemptRunner runner,
            Reclaimer reclaimer) {
        this.broker = parts.broker();
        this.config = parts.config();
        this.outage = parts.outage();
        this.clocks = parts.clocks();
        this.slots = workload.slots();
        this.capacity = workload.capacity();
        this.threads = workload.threads();
        this.memory = workload.memory();
        this.inFlight = workload.inFlight();
        this.liveness = liveness;
        this.settler = settler;
        this.runner = runner;
        this.reclaimer = reclaimer;
        this.picker = new QueuePicker(config.queues(), config.strict());
        config.queueNames().forEach(queue -> lines.put(queue, new Line()));
    }

    /** The next round asks all queues: there may be work. */
    void hint() {
        hinted = true;
    }

    boolean hinted() {
        return hinted;
    }

    /** Whether there was more than the last round could take. */
    boolean more() {
        return more;
    }

    /** When jobs came last. */
    long cameAt() {
        return cameAt;
    }

    /** Whether jobs came a moment ago to a worker of one queue, so that {@link #awaitClaim} may wait for the next. */
    boolean lately() {
        return lines.size() == 1 && clocks.now() - cameAt <= LATELY_NANOS;
    }

    /** One round. */
    void claim() {
        boolean all = hinted || more;
        Set<QueueName> ready = all ? config.queueNames() : look();
        hinted = false;
        moreFound = false;
        try {
            claimInto(slots.take(capacity.reduced() ? capacity.limit() : Integer.MAX_VALUE), ready);
        } finally {
            more = moreFound;
        }
        if (lines.size() > 1) {
            settler.flush(); // verdicts of queues on other servers than those that were asked
        }
        if (all) {
            lookAt = clocks.now() + WAIT_NANOS;
        }
    }

    /** Jobs that come one by one are leased by the wait itself. Returns whether it waited. */
    boolean awaitClaim() {
        int asked = Math.min(Math.min(slots.room(), memory.fits()), ClaimRequest.MOST);
        QueueName queue = picker.order().get(0);
        long askedAt = clocks.now();
        if (!lately() || asked == 0 || askedAt < line(queue).damagedUntil || sentBack) {
            sentBack = false;
            return false;
        }
        Optional<Claim> came = broker.awaitClaim(new ClaimRequest(queue, config.id(), asked, config.lease(),
                line(queue).priorities.next()), Duration.ofNanos(untilNext()));
        if (came.isEmpty()) {
            return false;
        }
        outage.succeeded(askedAt);
        liveness.claimed();
        Filling filling = new Filling(slots.take(Integer.MAX_VALUE), memory);
        try {
            handOver(came.get(), askedAt, filling);
        } finally {
            slots.giveBack(filling.left());
        }
        boolean claimNext = came.get().nextDue().isPresent();
        if (claimNext) {
            hinted = true;
        }
        sentBack = claimNext && came.get().jobs().isEmpty();
        return true;
    }

    /** The queues that have work although nothing hinted at it; none when they were looked at lately. */
    private Set<QueueName> look() {
        long now = clocks.now();
        if (now < lookAt) {
            return Set.of();
        }
        Set<QueueName> ready = broker.ready(config.id(), config.queueNames());
        outage.succeeded(now);
        liveness.claimed();
        lookAt = now + WAIT_NANOS;
        return ready;
    }

    /** @param ready the queues that are claimed from even if nothing is due there */
    private void claimInto(int taken, Set<QueueName> ready) {
        Filling filling = new Filling(taken, memory);
        try {
            reclaimer.turn(filling);
            for (QueueName queue : picker.order()) {
                Line line = line(queue);
                if (clocks.now() >= line.damagedUntil && (ready.contains(queue) || clocks.now() >= line.dueAt)) {
                    claimUnlessDamaged(queue, line, filling);
                    if (lines.size() > 1) {
                        threads.hurry(); // the next queue may be on a server that is slow
                    }
                }
            }
        } finally {
            slots.giveBack(filling.left());
        }
    }

    /** One damaged queue does not keep the worker from the others; the broker has told of the damage. */
    private void claimUnlessDamaged(QueueName queue, Line line, Filling filling) {
        try {
            claim(queue, line, filling);
        } catch (DataDamaged e) {
            liveness.claimed(); // the broker answered: no restart of this worker would mend it
            line.damagedUntil = clocks.now() + DAMAGED_NANOS;
            line.dueAt = line.damagedUntil;
        }
    }

    private void claim(QueueName queue, Line line, Filling filling) {
        int asked = Math.min(filling.wanted(), ClaimRequest.MOST);
        if (asked == 0) { // handlers take memory all the time, so it is looked at once
            moreFound = true;
            return;
        }
        long askedAt = clocks.now();
        Claim claim = broker.claim(new ClaimRequest(queue, config.id(), asked, config.lease(), line.priorities.next()));
        outage.succeeded(askedAt);
        liveness.claimed();
        long now = clocks.now();
        int got = claim.jobs().size();
        // A job can be due in a thousand years, which are more nanoseconds than a number holds.
        long dueIn = Math.min(Clocks.NEVER - now,
                claim.nextDue().map(TimeUnit.NANOSECONDS::convert).orElse(Clocks.NEVER));
        line.dueAt = now + (dueIn <= 0 && got == 0 ? EMPTY_DUE_FLOOR_NANOS : dueIn);
        picker.claimed(queue, got, got < asked);
        moreFound |= got == asked || line.dueAt <= now;
        handOver(claim, askedAt, filling);
    }

    private void handOver(Claim claim, long askedAt, Filling filling) {
        if (claim.jobs().isEmpty()) {
            return;
        }
        cameAt = clocks.now();
        filling.brought(claim.jobs());
        for (ClaimedJob job : claim.jobs()) {
            // a lost answer can bring more than was asked for
            filling.fill(runner.accept(job, askedAt, filling.left() > 0));
        }
    }

    /** How long nothing is to be claimed unless a hint comes, nanoseconds. */
    long untilNext() {
        long next = Math.min(lookAt, reclaimer.dueAt());
        for (Line line : lines.values()) {
            next = Math.min(next, line.dueAt);
        }
        long atMost = inFlight.holdsLastChance() ? LAST_CHANCE_NANOS : WAIT_NANOS;
        return Math.max(DUE_FLOOR_NANOS, Math.min(atMost, next - clocks.now()));
    }

    private Line line(QueueName queue) {
        return lines.computeIfAbsent(queue, unknown -> new Line());
    }
}
