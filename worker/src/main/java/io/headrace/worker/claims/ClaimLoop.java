package io.headrace.worker.claims;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.OutcomeUnknown;
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
import io.headrace.worker.threads.Pacing;
import io.headrace.worker.threads.RoleThread;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gets work: as many jobs as there are free slots, and never more. While there is no work it waits for a hint, or for
 * the next due time it knows of, and looks at all queues every few seconds, as a hint is lost with a worker that is
 * frozen or killed. It runs on the thread {@code headrace-claim}; while there is more work than slots the threads that
 * end jobs claim the next ones instead, and their verdicts go along, so that a job costs neither a round trip of its
 * own nor a hand-over between threads. {@code round} is held while jobs are claimed and handed over, and guards what
 * rounds change; so who holds it after {@link #stop} knows that no job is claimed any more. What is read without it is
 * volatile.
 */
public final class ClaimLoop {
    /**
     * How long a wait for a hint lasts at most. Then comes a look at all queues, three commands for any number of them,
     * so a job whose hint was lost with its worker starts within five seconds.
     */
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(4);
    /** How long a busy worker waits for more slots to get free, rather than claiming job by job. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** The least wait for a due time; guards against a broker that calls one due and does not hand it out. */
    private static final long DUE_FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** How often to look whether a last chance has ended, so that the next one can begin. */
    private static final long LAST_CHANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** How often to look again while the machine carries fewer jobs than there are slots, and those are there. */
    private static final long REDUCED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long EMPTY_DUE_FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How long a queue whose stored data is damaged is left alone. */
    private static final long DAMAGED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Broker broker;
    private final WorkerConfig config;
    private final QueuePicker picker;
    private final Slots slots;
    private final VerdictSender settler;
    private final AttemptRunner runner;
    private final Reclaimer reclaimer;
    private final InFlight inFlight;
    private final BrokerOutage outage;
    private final Clocks clocks;
    private final Pacing pacing;
    private final Liveness liveness;
    /** Filled at the start, and never changed then. */
    private final Map<QueueName, Line> lines = new HashMap<>();
    private final ReentrantLock round = new ReentrantLock();
    private final Capacity capacity;
    private final JobThreads threads;
    private final JobMemory memory;
    private final RoleThread thread;
    private volatile boolean quiet;
    private volatile boolean hinted = true;
    /** Whether there was more than the last round could take: then whoever ends a job claims, see {@link #ended}. */
    private volatile boolean more;
    /** Whether the loop's own thread has been asked to look, and has not yet looked. */
    private volatile boolean nudged;
    /** What the round under way finds of that. */
    private boolean moreFound;
    private long gatherUntil = Clocks.NEVER;
    private volatile long lookAt;

    /** What is known about one queue. */
    private static final class Line {
        final PriorityOrder priorities = new PriorityOrder();
        volatile long dueAt;
        /** Until when its damaged data is left alone. */
        long damagedUntil;
    }

    public ClaimLoop(WorkerParts parts, Workload workload, Liveness liveness, VerdictSender settler,
            AttemptRunner runner,
            Reclaimer reclaimer) {
        this.broker = parts.broker();
        this.config = parts.config();
        this.outage = parts.outage();
        this.clocks = parts.clocks();
        this.slots = workload.slots();
        this.threads = workload.threads();
        this.capacity = workload.capacity();
        this.memory = workload.memory();
        this.inFlight = workload.inFlight();
        this.liveness = liveness;
        this.settler = settler;
        this.runner = runner;
        this.reclaimer = reclaimer;
        this.thread = new RoleThread("headrace-claim", false, parts.breakdown(), this::turn);
        this.picker = new QueuePicker(config.queues(), config.strict());
        this.pacing = new Pacing(clocks.random());
        config.queueNames().forEach(queue -> lines.put(queue, new Line()));
        memory.onRoom(thread::wake);
        slots.onFree(thread::wake);
        runner.onEnded(this::ended);
        inFlight.onNoLastChance(reclaimer::soon);
        settler.onRoom(thread::wake);
    }

    public void start() {
        thread.start();
    }

    /** Nothing more is claimed; a claim under way still hands over what it gets. */
    public void quiet() {
        quiet = true;
    }

    /** Undoes {@link #quiet}. */
    public void resume() {
        quiet = false;
        thread.wake();
    }

    /** Whether it claims when slots are free: neither quiet nor stopped. */
    public boolean claims() {
        return !quiet;
    }

    /**
     * Ends the thread. When this returns true no job is claimed any more; false when a claim under way did not answer
     * in time.
     */
    public boolean stop(Duration atMost) throws InterruptedException {
        quiet = true;
        thread.stop();
        if (!round.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            settler.flush();
            thread.interrupt(); // out of a wait for a hint: the lock says that it is not claiming
            return true;
        } finally {
            round.unlock();
        }
    }

    /**
     * A slot's thread has ended a job. While there is more to do it claims the next ones itself, and the verdicts that
     * lie in the broker go along; the other slots' threads leave theirs to it. While there are jobs in line for threads
     * it runs one of those first, and the loop's own thread looks after a moment whether that takes long.
     */
    private void ended() {
        if (!more) {
            settler.flush();
            if (slots.free() <= slots.worthwhile()) {
                thread.wake();
            }
        } else if (!serve() && !nudged) {
            nudged = true;
            thread.wake();
        }
        if (quiet) {
            settler.flush(); // nobody claims any more
        }
    }

    /** Claims as long as others free slots meanwhile; returns whether nothing is left to do. */
    private boolean serve() {
        while (more && !blocked() && slots.free() >= slots.worthwhile() && !threads.inLine()) {
            if (!round.tryLock()) {
                return true; // who holds it looks again when it has let go
            }
            try {
                liveness.expectClaim();
                claimRound();
            } catch (BrokerUnavailable | OutcomeUnknown | DataDamaged e) {
                hinted = true;
                return false; // the loop's own thread meets it again, and waits
            } finally {
                round.unlock();
            }
        }
        return slots.free() == 0;
    }

    private boolean blocked() {
        return quiet || settler.full() || memory.full() || capacity.reduced();
    }

    /** One step of the loop; returns the nanoseconds to wait before the next. */
    public long turn() throws InterruptedException {
        try {
            return step();
        } finally {
            settler.flush();
        }
    }

    private long step() throws InterruptedException {
        if (quiet) {
            liveness.waive();
            hinted = true; // should it go on, much may have come meanwhile
            return Clocks.NEVER;
        }
        nudged = false;
        if (settler.full() || slots.free() == 0 || memory.full()) {
            liveness.waive();
            gatherUntil = Clocks.NEVER;
            return WAIT_NANOS;
        }
        long gather = gatherMore();
        if (gather > 0) {
            nudged = true; // it looks by itself
            return gather;
        }
        gatherUntil = Clocks.NEVER;
        if (capacity.reduced() && noRoom()) {
            return awaitRoom();
        }
        liveness.expectClaim();
        try {
            claimRound();
            if (!more) {
                settler.flush();
                long askedAt = clocks.now();
                hinted = broker.awaitReady(config.queueNames(), Duration.ofNanos(untilNextClaim()));
                outage.succeeded(askedAt);
            }
            pacing.succeeded();
            return 0;
        } catch (BrokerUnavailable | OutcomeUnknown e) {
            if (!quiet) {
                outage.failed(e);
            }
            hinted = true;
            return pacing.failed();
        } catch (DataDamaged e) {
            hinted = true; // where no hint can be left, looking now and then must do
            return DAMAGED_NANOS;
        }
    }

    /** Whether the machine does not even carry what is under way, or was asked for too much a moment ago. */
    private boolean noRoom() {
        if (capacity.pause() > 0) {
            return true;
        }
        capacity.grow(threads::ready);
        return capacity.limit() <= slots.busy();
    }

    /**
     * A worker that runs all that the machine carries does what it is there for; one that cannot run anything does not.
     */
    private long awaitRoom() {
        hinted = true; // should there be room again, much may have come meanwhile
        if (slots.busy() > 0) {
            liveness.waive();
        } else {
            liveness.expectClaim();
        }
        return REDUCED_NANOS;
    }

    /** How long a busy worker with few free slots waits for more of them; zero when it should claim. */
    private long gatherMore() {
        if (!more || (slots.free() >= slots.worthwhile() && !threads.inLine())) {
            return 0;
        }
        long now = clocks.now();
        if (gatherUntil == Clocks.NEVER) {
            gatherUntil = now + GATHER_NANOS;
        }
        return gatherUntil - now;
    }

    /** Asks every queue that may have work, as long as there are free slots. */
    public void claimRound() {
        round.lock();
        try {
            if (quiet) {
                return;
            }
            boolean all = hinted || more;
            Set<QueueName> ready = all ? config.queueNames() : look();
            hinted = false;
            moreFound = false;
            try {
                claimInto(slots.take(capacity.limit()), ready);
            } finally {
                more = moreFound;
            }
            if (lines.size() > 1) {
                settler.flush(); // verdicts of queues on other servers than those that were asked
            }
            if (all) {
                lookAt = clocks.now() + WAIT_NANOS;
            }
        } finally {
            round.unlock();
        }
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
        filling.brought(claim.jobs());
        // A job can be due in a thousand years, which are more nanoseconds than a number holds.
        long dueIn = Math.min(Clocks.NEVER - now,
                claim.nextDue().map(TimeUnit.NANOSECONDS::convert).orElse(Clocks.NEVER));
        line.dueAt = now + (dueIn <= 0 && got == 0 ? EMPTY_DUE_FLOOR_NANOS : dueIn);
        picker.claimed(queue, got, got < asked);
        moreFound |= got == asked || line.dueAt <= now;
        for (ClaimedJob job : claim.jobs()) {
            // a lost answer can bring more than was asked for
            filling.fill(runner.accept(job, askedAt, filling.left() > 0));
        }
    }

    private long untilNextClaim() {
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
