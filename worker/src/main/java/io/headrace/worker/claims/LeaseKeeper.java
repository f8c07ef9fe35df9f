package io.headrace.worker.claims;

import io.headrace.BrokerUnavailable;
import io.headrace.DataDamaged;
import io.headrace.Durations;
import io.headrace.JobId;
import io.headrace.OutcomeUnknown;
import io.headrace.broker.Broker;
import io.headrace.broker.Lease;
import io.headrace.broker.Renewal;
import io.headrace.broker.Steer;
import io.headrace.worker.attempts.BrokerOutage;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.Interrupter;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.Liveness;
import io.headrace.worker.attempts.Stop;
import io.headrace.worker.attempts.WorkerConfig;
import io.headrace.worker.attempts.WorkerMetrics;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.threads.Clocks;
import io.headrace.worker.threads.Pacing;
import io.headrace.worker.threads.RoleThread;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of every attempt in flight, from its claim until its verdict is recorded, and makes the worker
 * known. It stops handlers whose lease is lost or whose job was cancelled. When it finds that the whole process stood
 * still for longer than a lease, it drops the leases from before: others may have the jobs by now. It hands back what
 * no thread has begun within a lease, rather than renew for ever what does not run.
 *
 * <p>Runs on the thread {@code headrace-lease}, which does nothing else, so that nothing can delay a renewal; its
 * fields belong to that thread. {@code turn} is held during a turn, so that who holds it after {@link #stop} knows that
 * none comes any more.
 */
public final class LeaseKeeper {
    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    /** A worker that misses this many heartbeats is no longer listed. */
    private static final int HEARTBEATS_KNOWN = 3;
    /** Hints come as often as anybody likes, so what they ask for is done at once, but then no more often than this. */
    private static final long HINTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Broker broker;
    private final WorkerConfig config;
    private final InFlight inFlight;
    private final Interrupter interrupter;
    private final BrokerOutage outage;
    private final Liveness liveness;
    private final WorkerMetrics metrics;
    private final Clocks clocks;
    private final Pacing pacing;
    private final Consumer<LiveAttempt> handBack;
    private final Heartbeat heartbeat;
    private final RoleThread thread;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean stopped;
    /** Whether the next heartbeat is to come at once. */
    private volatile boolean soon;
    /**
     * Attempts whose job is said to be cancelled: their leases are renewed with the next heartbeat, which tells whether
     * it is true.
     */
    private final Set<LiveAttempt> doubtful = ConcurrentHashMap.newKeySet();
    private long aliveAt;
    private long nextAt;
    /** When a heartbeat may come at once again. */
    private long hintedAt;

    public LeaseKeeper(WorkerParts parts, InFlight inFlight, Interrupter interrupter, Liveness liveness,
            Consumer<LiveAttempt> handBack, Heartbeat heartbeat) {
        this.broker = parts.broker();
        this.config = parts.config();
        this.outage = parts.outage();
        this.metrics = parts.metrics();
        this.clocks = parts.clocks();
        this.pacing = new Pacing(clocks.random());
        this.inFlight = inFlight;
        this.interrupter = interrupter;
        this.liveness = liveness;
        this.handBack = handBack;
        this.heartbeat = heartbeat;
        this.thread = new RoleThread("headrace-lease", true, parts.breakdown(), this::turn);
        this.aliveAt = clocks.now();
    }

    public void start() {
        thread.start();
    }

    /**
     * Ends the thread. When this returns true no heartbeat is sent any more; false when one under way did not end in
     * time.
     */
    public boolean stop(Duration atMost) throws InterruptedException {
        stopped = true;
        thread.stop();
        if (!turn.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        turn.unlock();
        return true;
    }

    /** Renews nothing more, and does not wait for what is under way. */
    public void letGo() {
        stopped = true;
        thread.stop();
    }

    /** Sends the next heartbeat at once, or {@link #HINTED_NANOS} after the last that was to come at once. */
    void beatSoon() {
        soon = true;
        thread.wake();
    }

    /**
     * Somebody says that this job is to be cancelled. Anybody can say so, and a job that ended by mistake would be
     * lost: the broker is asked about its leases with the next heartbeat, which comes soon. A job that does not run
     * here costs nothing.
     */
    void doubt(JobId job) {
        if (doubtful.addAll(inFlight.of(job))) {
            beatSoon();
        }
    }

    /** One step: returns the nanoseconds to wait before the next. */
    public long turn() {
        turn.lock();
        try {
            return stopped ? Clocks.NEVER : keep();
        } finally {
            turn.unlock();
        }
    }

    private long keep() {
        noticePause();
        long startedAt = clocks.now();
        long wait = (soon ? Math.min(nextAt, hintedAt) : nextAt) - startedAt;
        if (wait > 0) {
            return wait;
        }
        soon = false;
        if (startedAt < nextAt) {
            hintedAt = startedAt + HINTED_NANOS;
        }
        try {
            renew();
            noticePause();
            Optional<Steer> steer = broker.heartbeat(heartbeat.info(),
                    config.heartbeat().multipliedBy(HEARTBEATS_KNOWN));
            beaten(startedAt);
            if (steer.isPresent()) {
                heartbeat.steer(steer.get());
                nextAt = clocks.now(); // what came of it is told at once
            }
        } catch (DataDamaged e) {
            beaten(startedAt); // the broker answered and has told of the damage; the leases are renewed
        } catch (BrokerUnavailable | OutcomeUnknown e) {
            outage.failed(e);
            aliveAt = clocks.now(); // waiting for a broker that is away is no pause of our own
            nextAt = aliveAt + Math.min(pacing.failed(), config.heartbeat().toNanos());
        }
        return Math.max(0, nextAt - clocks.now());
    }

    private void beaten(long startedAt) {
        outage.succeeded(startedAt);
        liveness.beat();
        pacing.succeeded();
        nextAt = startedAt + config.heartbeat().toNanos();
        noticePause();
    }

    /** Compares this instant with the last that this thread saw. */
    private void noticePause() {
        long now = clocks.now();
        long before = aliveAt;
        aliveAt = now;
        if (now - before > config.lease().toNanos()) {
            int dropped = 0;
            for (LiveAttempt attempt : inFlight.all()) {
                dropped += attempt.leasedAt() <= before && lose(attempt) ? 1 : 0;
            }
            log.warn("this worker stood still for longer than its lease; dropped its leases paused={} dropped={}",
                    Durations.format(Duration.ofNanos(now - before)), dropped);
            nextAt = now;
        }
    }

    private void renew() {
        Set<LiveAttempt> asked = Set.copyOf(doubtful);
        doubtful.removeAll(asked); // what is said from now on is asked with the heartbeat after this one
        long now = clocks.now();
        long young = config.lease().toNanos() / 6;
        Map<Lease, LiveAttempt> due = new HashMap<>();
        for (LiveAttempt attempt : inFlight.all()) {
            if (attempt.dropped()) {
                continue;
            }
            if (attempt.waitsSince(now - config.lease().toNanos())) {
                log.warn("no thread has begun a job for a whole lease; it is handed back job={}", attempt.id());
                handBack.accept(attempt);
            } else if (now - attempt.leasedAt() >= young || asked.contains(attempt)) {
                due.put(attempt.lease(), attempt);
            }
        }
        if (due.isEmpty()) {
            return;
        }
        Renewal renewal;
        try {
            renewal = broker.renew(List.copyOf(due.keySet()), config.lease());
        } catch (BrokerUnavailable | OutcomeUnknown e) {
            doubtful.addAll(asked);
            throw e;
        }
        due.values().forEach(attempt -> attempt.renewed(now));
        renewal.lost().stream().map(due::get).forEach(this::lose);
        renewal.cancelled().stream().map(due::get).forEach(this::cancel);
    }

    private boolean lose(@Nullable LiveAttempt attempt) {
        if (attempt == null || !attempt.drop()) {
            return false;
        }
        if (!attempt.ended()) {
            metrics.leaseLost(attempt.id().queue());
            log.warn("lease lost; stopping its handler job={} attempt={}", attempt.id(), attempt.attempt());
            interrupter.stop(attempt, Stop.LEASE_LOST);
        }
        return true;
    }

    private void cancel(@Nullable LiveAttempt attempt) {
        if (attempt != null) {
            interrupter.stop(attempt, Stop.CANCELLED);
        }
    }
}
