package io.headrace.worker;

import io.headrace.worker.attempts.AttemptRunner;
import io.headrace.worker.attempts.InFlight;
import io.headrace.worker.attempts.Interrupter;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.Liveness;
import io.headrace.worker.attempts.Reports;
import io.headrace.worker.attempts.Stop;
import io.headrace.worker.attempts.VerdictSender;
import io.headrace.worker.attempts.WorkerParts;
import io.headrace.worker.attempts.Workload;
import io.headrace.worker.claims.BrokerHints;
import io.headrace.worker.claims.ClaimLoop;
import io.headrace.worker.claims.Heartbeat;
import io.headrace.worker.claims.LeaseKeeper;
import io.headrace.worker.claims.Reclaimer;
import io.headrace.worker.handlers.Handlers;

/**
 * The roles of one worker, put together. Each has its thread once it is started; a test that starts none takes their
 * turns itself.
 */
final class WorkerRoles {
    final Liveness liveness;
    final Reports reports;
    final FailureTeller failures;
    final VerdictSender settler;
    final Interrupter interrupter;
    final AttemptRunner runner;
    final ClaimLoop claimLoop;
    final LeaseKeeper leaseKeeper;
    final BrokerHints hints;
    private final InFlight inFlight;

    WorkerRoles(WorkerParts parts, Workload workload, Handlers handlers, FailureTeller failures, Heartbeat heartbeat) {
        this.failures = failures;
        inFlight = workload.inFlight();
        liveness = new Liveness(parts.clocks());
        reports = new Reports(parts.broker(), parts.clocks(), parts.breakdown());
        settler = new VerdictSender(parts, inFlight, reports, failures::recorded);
        interrupter = new Interrupter(inFlight, parts.clocks(), parts.breakdown());
        runner = new AttemptRunner(parts, workload, handlers, interrupter, reports, settler);
        interrupter.onAbandon(runner::abandon);
        claimLoop = new ClaimLoop(parts, workload, liveness, settler, runner, new Reclaimer(parts, inFlight, runner));
        leaseKeeper = new LeaseKeeper(parts, inFlight, interrupter, liveness, runner::handBack, heartbeat);
        hints = new BrokerHints(parts, leaseKeeper);
        parts.metrics().show(workload.slots(), claimLoop::claims, liveness);
        parts.config().queueNames().forEach(queue -> parts.metrics().expect(queue, handlers.types()));
    }

    void start() {
        reports.start();
        failures.start();
        settler.start();
        interrupter.start();
        leaseKeeper.start();
        hints.start();
        claimLoop.start();
    }

    /** Ends what still goes on when nothing is claimed, run or renewed any more. */
    void stop() {
        hints.stop();
        reports.stop();
        settler.stop();
        failures.stop();
        interrupter.shutDown();
    }

    /** Nothing more is claimed or renewed; what runs is interrupted, and handed back as far as that still goes. */
    void letGo() {
        claimLoop.quiet();
        leaseKeeper.letGo();
        runner.refuse();
        for (LiveAttempt attempt : inFlight.unfinished()) {
            runner.handBack(attempt);
            interrupter.stop(attempt, Stop.SHUTDOWN);
        }
    }
}
