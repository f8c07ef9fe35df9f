package io.headrace.worker.claims;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.OutcomeUnknown;
import io.headrace.broker.Broker;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides when to get work, and which thread does. While there is no work it waits for a hint, or for the next due time
 * it knows of, and looks at all queues every few seconds, as a hint is lost with a worker that is frozen or killed. It
 * runs on the thread {@code headrace-claim}; while there is more work than slots, and while short jobs come one by one,
 * the threads that end jobs get the next ones instead, and their verdicts go along, so that a job costs neither a round
 * trip of its own nor a hand-over between threads. {@code round} is held while jobs are claimed and handed over, and
 * guards {@link ClaimRounds}; so who holds it after {@link #stop} knows that no job is claimed any more. What is read
 * without it is volatile.
 */
public final class ClaimLoop {
    /** How long a busy worker waits for more slots to get free, rather than claiming job by job. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** How often to look whether the thread that waits for short jobs runs a long one. */
    private static final long LED_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** When no handler has ended at so many looks in a row, what is in line for threads goes back to its queue. */
    private static final int STUCK_LOOKS = 2;
    /** How often to look again while the machine carries fewer jobs than there are slots, and those are there. */
    private static final long REDUCED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Broker broker;
    private final WorkerConfig config;
    private final Slots slots;
    private final VerdictSender settler;
    private final AttemptRunner runner;
    private final InFlight inFlight;
    private final BrokerOutage outage;
    private final Clocks clocks;
    private final Pacing pacing;
    private final Liveness liveness;
    private final ClaimRounds rounds;
    private final ReentrantLock round = new ReentrantLock();
    private final Capacity capacity;
    private final JobThreads threads;
    private final JobMemory memory;
    private final RoleThread thread;
    private volatile boolean quiet;
    /** Whether the loop's own thread has been asked to look, and has not yet looked. */
    private volatile boolean nudged;
    /** Whether a slot's thread waits for the next job when it has ended its own, see {@link #lead}. */
    private volatile boolean led;
    /** Whether the loop's own thread waits for a hint, out of which nothing but a hint wakes it: nobody leads then. */
    private volatile boolean byToken;
    private long gatherUntil = Clocks.NEVER;
    /** What {@link #watch} saw last, and at how many looks since. */
    private long endedSeen;
    private int unchanged;

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
        this.thread = new RoleThread("headrace-claim", false, parts.breakdown(), this::turn);
        this.pacing = new Pacing(clocks.random());
        this.rounds = new ClaimRounds(parts, workload, liveness, settler, runner, reclaimer);
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
     * Ends the thread. When this returns true no job is claimed any more; false when a claim under way did not
     * answer in time.
     */
    public boolean stop(Duration atMost) throws InterruptedException {
        quiet = true;
        thread.stop();
        if (!round.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            if (watched()) {
                handBackLine(); // nobody watches it any more
            }
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
        if (!rounds.more()) {
            lead();
            settler.flush();
            if (slots.room() <= slots.worthwhile()) {
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

    /**
     * While short jobs come one by one, the thread that ends one waits for the next itself, and the verdict goes along:
     * one round trip and no hand-over a job. The loop's own thread looks now and then whether a job takes longer after
     * all, and then waits in its place.
     */
    private void lead() {
        if (!lone()) {
            if (led) {
                led = false;
                thread.wake();
            }
            return;
        }
        if (byToken || threads.inLine() || !round.tryLock()) {
            return;
        }
        boolean goesOn = false;
        try {
            led = true;
            goesOn = awaitClaim() && !rounds.hinted();
        } catch (BrokerUnavailable | OutcomeUnknown | DataDamaged e) {
            rounds.hint(); // the loop's own thread meets it again, and waits
        } finally {
            led = goesOn;
            round.unlock();
        }
        if (!goesOn) {
            thread.wake();
        }
    }

    /** Whether short jobs have been coming one by one to a worker of one queue. */
    private boolean lone() {
        return slots.brief() && rounds.lately() && !blocked();
    }

    /** Claims as long as others free slots meanwhile; returns whether nothing is left to do. */
    private boolean serve() {
        while (rounds.more() && !blocked() && worthAClaim()) {
            if (!round.tryLock()) {
                return true; // who holds it looks again when it has let go
            }
            try {
                liveness.expectClaim();
                claimRound();
            } catch (BrokerUnavailable | OutcomeUnknown | DataDamaged e) {
                rounds.hint();
                return false; // the loop's own thread meets it again, and waits
            } finally {
                round.unlock();
            }
        }
        return slots.room() == 0;
    }

    /** Whether a busy worker has so much room that it should claim: while jobs are short, before it has run out. */
    private boolean worthAClaim() {
        return slots.ahead() > 0 ? slots.room() >= slots.refill()
                : slots.free() >= slots.worthwhile() && !threads.inLine();
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
            rounds.hint(); // should it go on, much may have come meanwhile
            return watched() ? watch() : Clocks.NEVER;
        }
        if (led && (round.isLocked() || clocks.now() - rounds.cameAt() < GATHER_NANOS)) {
            return LED_NANOS;
        }
        led = false;
        nudged = false;
        if (watched()) {
            return watch();
        }
        if (settler.full() || slots.room() == 0 || memory.full()) {
            liveness.waive();
            gatherUntil = Clocks.NEVER;
            return ClaimRounds.WAIT_NANOS;
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
            if (!rounds.more() && !watched()) {
                settler.flush();
                await();
                led = lone() && !rounds.hinted();
            }
            pacing.succeeded();
            return 0;
        } catch (BrokerUnavailable | OutcomeUnknown e) {
            if (!quiet) {
                outage.failed(e);
            }
            rounds.hint();
            return pacing.failed();
        } catch (DataDamaged e) {
            rounds.hint(); // where no hint can be left, looking now and then must do
            return ClaimRounds.DAMAGED_NANOS;
        }
    }

    /** Waits until there may be something to claim. */
    private void await() throws InterruptedException {
        if (!awaitClaim()) {
            long askedAt = clocks.now();
            byToken = true;
            try {
                if (broker.awaitReady(config.queueNames(), Duration.ofNanos(rounds.untilNext()))) {
                    rounds.hint();
                }
            } finally {
                byToken = false;
            }
            outage.succeeded(askedAt);
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
        rounds.hint(); // should there be room again, much may have come meanwhile
        if (slots.busy() > 0) {
            liveness.waive();
        } else {
            liveness.expectClaim();
        }
        return REDUCED_NANOS;
    }

    /** Whether more jobs are held than can run, so that some are in line for those that do. */
    private boolean watched() {
        return slots.overfull() && threads.inLine();
    }

    /**
     * Looks whether those in line get their turn. When no handler has ended at two looks in a row they may be long
     * after all: then what is in line goes back to the queue, where others can take it.
     */
    private long watch() {
        nudged = true; // it looks by itself
        if (slots.ended() != endedSeen) {
            endedSeen = slots.ended();
            unchanged = 0;
        } else if (++unchanged >= STUCK_LOOKS) {
            slots.slow();
            handBackLine();
        }
        return GATHER_NANOS;
    }

    private void handBackLine() {
        inFlight.all().forEach(runner::handBack);
    }

    /** How long a busy worker with few free slots waits for more of them; zero when it should claim. */
    private long gatherMore() {
        if (!rounds.more() || worthAClaim()) {
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
            rounds.claim();
            if (slots.overfull() && !nudged) {
                nudged = true;
                thread.wake(); // to watch
            }
        } finally {
            round.unlock();
        }
    }

    /** Waits for jobs that come one by one. Returns whether it did. */
    private boolean awaitClaim() {
        round.lock();
        try {
            return !quiet && !capacity.reduced() && rounds.awaitClaim();
        } finally {
            round.unlock();
        }
    }
}
