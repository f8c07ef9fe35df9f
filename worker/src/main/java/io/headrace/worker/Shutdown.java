package io.headrace.worker;

import io.headrace.Broker;
import io.headrace.Durations;
import io.headrace.HeadraceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a worker in good order: nothing is claimed any more, handlers get the grace to end, the rest is interrupted, what still
 * does not end is handed back with no attempt used, and every verdict is on record before the worker is forgotten. Runs on the
 * thread that stops the worker, once.
 */
final class Shutdown {
    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration CLAIM_UNDER_WAY = Duration.ofSeconds(3);
    private static final Duration LAST_HEARTBEAT = Duration.ofSeconds(3);
    private static final long AFTER_INTERRUPT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Broker broker;
    private final WorkerConfig config;
    private final ClaimLoop claimLoop;
    private final AttemptRunner runner;
    private final Handlers handlers;
    private final InFlight inFlight;
    private final Interrupter interrupter;
    private final LeaseKeeper leaseKeeper;
    private final Slots slots;

    Shutdown(Broker broker, WorkerConfig config, ClaimLoop claimLoop, AttemptRunner runner, Handlers handlers,
            InFlight inFlight, Interrupter interrupter, LeaseKeeper leaseKeeper, Slots slots) {
        this.broker = broker;
        this.config = config;
        this.claimLoop = claimLoop;
        this.runner = runner;
        this.handlers = handlers;
        this.inFlight = inFlight;
        this.interrupter = interrupter;
        this.leaseKeeper = leaseKeeper;
        this.slots = slots;
    }

    /** Takes at most the grace and 11 s; an interrupt of the caller ends the grace and the waits after it. */
    void run() {
        runner.refuse();
        log.info("stopping; waiting for handlers running={} grace={}", inFlight.unfinished().size(),
                Durations.format(config.grace()));
        boolean interrupted = waiting(() -> claimLoop.stop(CLAIM_UNDER_WAY));
        interrupted |= !interrupted && waiting(() -> slots.awaitAllFree(config.grace().toNanos()));
        List<LiveAttempt> late = inFlight.unfinished();
        late.forEach(attempt -> interrupter.stop(attempt, Stop.SHUTDOWN));
        interrupted |= !late.isEmpty() && waiting(() -> slots.awaitAllFree(AFTER_INTERRUPT_NANOS));
        handlers.killChildren(); // before their jobs are handed back, or they would run twice at once
        inFlight.unfinished().forEach(runner::abandon);
        interrupted |= waiting(() -> inFlight.awaitEmpty(FLUSH_NANOS));
        interrupted |= waiting(() -> leaseKeeper.stop(LAST_HEARTBEAT)); // a late heartbeat would make it known again
        retire();
        log.info("stopped interrupted={} unsettled={}", late.size(), inFlight.all().size());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void retire() {
        try {
            broker.retire(config.id(), config.queueNames());
        } catch (HeadraceException e) {
            log.warn("could not sign off; the worker is listed until its heartbeat expires error={}", e.getMessage());
        }
    }

    /** One of the bounded waits. */
    private interface Wait {
        boolean over() throws InterruptedException;
    }

    /** Returns whether the wait was interrupted. */
    private static boolean waiting(Wait wait) {
        try {
            wait.over();
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
