package io.headrace.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Steer;
import io.headrace.worker.Rig;
import io.headrace.worker.attempts.LiveAttempt;
import io.headrace.worker.attempts.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final JobHandler<Json> ECHO = JobHandler.of("echo", Json.class, (payload, context) -> "mine");

    @Test
    void leasesAreRenewedFromTheClaimOnHoweverLongTheHandlerRuns() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        Rig rig = new Rig(1, JobHandler.of("echo", Json.class, (payload, context) -> {
            begun.countDown();
            letGo.await();
            return "mine";
        }));
        rig.enqueue("echo");
        Thread slot = new Thread(rig.claimLoop::claimRound);
        slot.start();
        begun.await();
        Rig other = rig.beside(5, ECHO);
        for (int i = 0; i < 20; i++) {
            rig.time.advance(Duration.ofSeconds(10));
            rig.leaseKeeper.turn();
            other.claimLoop.claimRound();
        }

        assertThat(other.count("headrace_leases_reclaimed_total")).isZero();
        letGo.countDown();
        slot.join();
        assertThat(rig.count("headrace_stale_writes_refused_total")).isZero();
    }

    @Test
    void aJobThatNoThreadBeginsWithinALeaseIsHandedBackAndNotRenewedForEver() {
        Rig rig = running();
        JobId id = rig.inFlight.all().iterator().next().id();
        for (int i = 0; i < 4; i++) {
            rig.time.advance(Duration.ofSeconds(10));
            rig.leaseKeeper.turn();
        }

        assertThat(rig.state(id)).isEqualTo(JobState.QUEUED);
        assertThat(rig.slots.free()).isEqualTo(1);
        assertThat(rig.inFlight.all()).isEmpty();
        Rig other = rig.beside(1, ECHO);
        other.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).attempt()).as("the wait was no attempt").isEqualTo(1);
        rig.runTasks();
        assertThat(rig.slots.free()).as("a thread that comes late finds nothing to do").isEqualTo(1);
    }

    @Test
    void aHeartbeatTellsWhatAnOperatorWishes() {
        Rig rig = new Rig(1, ECHO);
        rig.leaseKeeper.turn();
        assertThat(rig.steered).isEmpty();
        rig.broker.workers().steer(rig.config.id(), Steer.QUIET);
        assertThat(rig.leaseKeeper.turn()).as("not yet the time of a heartbeat").isPositive();
        assertThat(rig.steered).isEmpty();

        rig.leaseKeeper.beatSoon();
        assertThat(rig.leaseKeeper.turn()).as("the next comes at once, and tells what came of it").isZero();

        assertThat(rig.steered).containsExactly(Steer.QUIET);
        assertThat(rig.leaseKeeper.turn()).isPositive();
        assertThat(rig.steered).hasSize(1);
    }

    @Test
    void aWorkerThatStoodStillLongerThanItsLeaseDropsItsLeases() {
        List<String> ran = new ArrayList<>();
        Rig rig = new Rig(1, JobHandler.of("echo", Json.class, (payload, context) -> ran.add("ran")));
        rig.runAtOnce = false;
        rig.enqueue("echo");
        rig.claimLoop.claimRound();
        rig.leaseKeeper.turn();
        rig.time.advance(Rig.LEASE.plusSeconds(1));

        rig.leaseKeeper.turn();

        assertThat(rig.inFlight.all()).allMatch(LiveAttempt::dropped);
        assertThat(rig.count("headrace_leases_lost_total")).isEqualTo(1);
        rig.runTasks();
        assertThat(ran).isEmpty();
        assertThat(rig.inFlight.all()).as("not settled, not renewed").isEmpty();
        assertThat(rig.slots.free()).isEqualTo(1);
    }

    @Test
    void aFrozenWorkerCannotRecordItsResultOverTheNewOwners() {
        Rig frozen = running();
        JobId id = frozen.inFlight.all().iterator().next().id();
        Rig other = frozen.beside(1, JobHandler.of("echo", Json.class, (payload, context) -> "theirs"));
        frozen.time.advance(Rig.LEASE.multipliedBy(2));
        other.claimLoop.claimRound();

        frozen.runTasks();

        assertThat(frozen.job(id).document().history().result()).isEqualTo(Json.parse("\"theirs\""));
        assertThat(frozen.job(id).document().history().attempts()).extracting(Attempt::outcome)
                .containsExactly(Attempt.Outcome.LOST, Attempt.Outcome.SUCCEEDED);
        assertThat(frozen.count("headrace_stale_writes_refused_total")).isEqualTo(1);
        assertThat(other.count("headrace_leases_reclaimed_total")).isEqualTo(1);
    }

    @Test
    void nothingIsReclaimedBeforeTheGraceAfterTheStartIsOver() {
        Rig rig = running();
        JobId id = rig.inFlight.all().iterator().next().id();
        rig.time.advance(Rig.LEASE.multipliedBy(10));
        Rig other = rig.beside(1, ECHO);

        other.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.RUNNING);

        rig.time.advance(Rig.LEASE);
        other.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void nothingIsReclaimedBeforeTheGraceAfterAnOutageIsOver() throws InterruptedException {
        Rig rig = running();
        JobId id = rig.inFlight.all().iterator().next().id();
        Rig other = rig.beside(1, ECHO);
        rig.broker.unavailable(true);
        other.claimLoop.turn();
        rig.time.advance(Rig.LEASE.multipliedBy(10));
        rig.broker.unavailable(false);

        other.claimLoop.claimRound();
        other.claimLoop.claimRound();
        assertThat(rig.state(id)).as("its worker gets a lease to come back").isEqualTo(JobState.RUNNING);

        rig.time.advance(Rig.LEASE);
        other.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aWorkerReclaimsAtMostAsManyAsItHasFreeSlots() {
        Rig dead = new Rig(10, ECHO);
        dead.runAtOnce = false;
        for (int i = 0; i < 10; i++) {
            dead.enqueue("echo");
        }
        dead.claimLoop.claimRound();
        Rig other = dead.beside(4, ECHO);
        other.runAtOnce = false;
        dead.time.advance(Rig.LEASE.multipliedBy(2));

        other.claimLoop.claimRound();

        assertThat(other.tasks).hasSize(4);
        other.runTasks();
        other.claimLoop.claimRound();
        assertThat(other.tasks).as("the next turn comes at once while there are more").hasSize(4);
    }

    @Test
    void aJobThatKillsItsWorkersIsBuriedAsWorkerLost() {
        Rig rig = running();
        JobId id = rig.inFlight.all().iterator().next().id();
        for (int i = 0; i < 3; i++) {
            Rig victim = rig.beside(1, ECHO);
            victim.runAtOnce = false;
            rig.time.advance(Rig.LEASE.multipliedBy(2));
            victim.claimLoop.claimRound();
        }

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        History history = rig.job(id).document().history();
        assertThat(history.error()).extracting(Failure::type).isEqualTo("worker_lost");
        assertThat(history.attempts()).extracting(Attempt::outcome)
                .containsExactly(Attempt.Outcome.LOST, Attempt.Outcome.LOST, Attempt.Outcome.LOST);
    }

    @Test
    void aCancellationMissedByTheCallbackIsFoundAtTheNextRenewal() {
        Rig rig = running();
        LiveAttempt attempt = rig.inFlight.all().iterator().next();
        assertThat(rig.broker.jobs().cancel(attempt.id())).isEqualTo(MoveResult.REQUESTED);
        rig.time.advance(Duration.ofSeconds(10));

        rig.leaseKeeper.turn();
        assertThat(attempt.stop()).isEqualTo(Stop.CANCELLED);
        rig.runTasks();

        assertThat(rig.state(attempt.id())).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aWorkerIsNotLiveWhenNoClaimIsAnsweredAnyMore() throws InterruptedException {
        Rig rig = new Rig(1, ECHO);
        rig.claimLoop.claimRound();
        assertThat(rig.liveness.live()).isTrue();
        rig.broker.unavailable(true);
        rig.claimLoop.turn();
        rig.time.advance(Duration.ofSeconds(44));
        assertThat(rig.liveness.live()).isTrue();
        rig.time.advance(Duration.ofSeconds(1));
        assertThat(rig.liveness.live()).isFalse();

        rig.broker.unavailable(false);
        rig.claimLoop.claimRound();
        assertThat(rig.liveness.live()).isTrue();
    }

    @Test
    void aWorkerWithoutAFreeSlotIsLiveAsLongAsItsHeartIsHeard() throws InterruptedException {
        Rig rig = running();
        rig.claimLoop.turn();
        rig.time.advance(Duration.ofMinutes(10));
        rig.leaseKeeper.turn();
        assertThat(rig.liveness.live()).isTrue();
        rig.time.advance(Duration.ofSeconds(45));
        assertThat(rig.liveness.live()).isFalse();
    }

    /** A worker with one slot that has claimed a job and not begun it. */
    private static Rig running() {
        Rig rig = new Rig(1, ECHO);
        rig.runAtOnce = false;
        rig.enqueue("echo");
        rig.claimLoop.claimRound();
        rig.leaseKeeper.turn();
        return rig;
    }
}
