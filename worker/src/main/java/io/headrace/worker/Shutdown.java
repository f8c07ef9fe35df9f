package io.headrace.worker;

import io.headrace.Durations;
import io.headrace.HeadraceException;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.Stop;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.attempts.Workload;
import io.headrace.worker.handlers.Handlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a worker in good order: nothing is claimed any more, handlers get the grace to end, the rest is interrupted,
 * what still does not end is handed back with no attempt used, and every verdict is on record before the worker is
 * forgotten. Runs on the thread that stops the worker, once.
 */
final class Shutdown {
    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration CLAIM_UNDER_WAY = Duration.ofSeconds(3);
    private static final Duration LAST_HEARTBEAT = Duration.ofSeconds(3);
    private static final long AFTER_INTERRUPT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final WorkerParts parts;
    private final Workload workload;
    private final Handlers handlers;
    private final WorkerRoles roles;

    Shutdown(WorkerParts parts, Workload workload, Handlers handlers, WorkerRoles roles) {
        this.parts = parts;
        this.workload = workload;
        this.handlers = handlers;
        this.roles = roles;
    }

    /** Takes at most the grace and 11 s; an interrupt of the caller ends the grace and the waits after it. */
    void run() {
        InFlight inFlight = workload.inFlight();
        Duration grace = parts.config().times().grace();
        roles.runner.refuse();
        log.info("stopping; waiting for handlers running={} grace={}", inFlight.unfinished().size(),
                Durations.format(grace));
        boolean interrupted = waiting(() -> roles.claimLoop.stop(CLAIM_UNDER_WAY));
        interrupted |= !interrupted && waiting(() -> workload.slots().awaitAllFree(grace.toNanos()));
        List<LiveAttempt> late = inFlight.unfinished();
        late.forEach(attempt -> roles.interrupter.stop(attempt, Stop.SHUTDOWN));
        interrupted |= !late.isEmpty() && waiting(() -> workload.slots().awaitAllFree(AFTER_INTERRUPT_NANOS));
        handlers.killChildren(); // before their jobs are handed back, or they would run twice at once
        inFlight.unfinished().forEach(roles.runner::abandon);
        interrupted |= waiting(() -> inFlight.awaitEmpty(FLUSH_NANOS));
        // A late heartbeat would make it known again.
        interrupted |= waiting(() -> roles.leaseKeeper.stop(LAST_HEARTBEAT));
        retire();
        log.info("stopped interrupted={} unsettled={}", late.size(), inFlight.all().size());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void retire() {
        try {
            parts.broker().retire(parts.config().id(), parts.config().queueNames());
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
