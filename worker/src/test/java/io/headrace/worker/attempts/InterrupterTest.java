package io.headrace.worker.attempts;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.broker.MoveResult;
import io.headrace.worker.Rig;
import io.headrace.worker.handlers.http.HttpHandler;
import io.headrace.worker.handlers.http.HttpTarget;
import io.headrace.worker.threads.Clocks;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers on a thread of the test, everything else turn by turn. */
@Timeout(60)
class InterrupterTest {
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final Rig rig = new Rig(1, JobHandler.of("wait", Json.class, (payload, context) -> {
        running.countDown();
        letGo.await();
        return "done";
    }), JobHandler.of("deaf", Json.class, (payload, context) -> {
        running.countDown();
        while (true) {
            try {
                letGo.await();
                return "late";
            } catch (InterruptedException e) {
                // goes on
            }
        }
    }));

    @AfterEach
    void release() {
        letGo.countDown();
    }

    @Test
    void anAttemptIsStoppedAtItsDeadlineAndNotBefore() throws InterruptedException {
        JobId id = rig.enqueue(NewJob.of("default", "wait", 1).timeout(Duration.ofSeconds(10)).build());
        Thread thread = run();

        rig.time.advance(Duration.ofMillis(9_999));
        assertThat(Duration.ofNanos(rig.interrupter.turn())).isEqualTo(Duration.ofMillis(1));
        assertThat(rig.inFlight.of(id).get(0).stop()).isNull();

        rig.time.advance(Duration.ofMillis(1));
        rig.interrupter.turn();
        thread.join(30_000);
        assertThat(rig.state(id)).isEqualTo(JobState.RETRYING);
        assertThat(rig.slots.free()).isEqualTo(1);
    }

    @Test
    void aHandlerThatDoesNotStopIsGivenUpFiveSecondsLaterAndItsLateResultIsIgnored() throws InterruptedException {
        JobId id = rig.enqueue(NewJob.of("default", "deaf", 1).timeout(Duration.ofSeconds(10)).build());
        Thread thread = run();
        rig.time.advance(Duration.ofSeconds(10));
        rig.interrupter.turn();
        rig.time.advance(Duration.ofMillis(4_999));
        rig.interrupter.turn();
        assertThat(rig.slots.free()).isZero();

        rig.time.advance(Duration.ofMillis(1));
        assertThat(rig.interrupter.turn()).isEqualTo(Clocks.NEVER);
        assertThat(rig.slots.free()).isEqualTo(1);
        assertThat(rig.state(id)).isEqualTo(JobState.RETRYING);

        letGo.countDown();
        thread.join(30_000);
        assertThat(rig.slots.free()).as("freed once").isEqualTo(1);
        assertThat(rig.job(id).document().history().attempts()).hasSize(1);
        assertThat(rig.count("headrace_attempts_abandoned_total")).isEqualTo(1);
    }

    @Test
    void aHandlerWhoseLeaseWasTakenOverIsInterruptedAndItsVerdictRefused() throws InterruptedException {
        JobId id = rig.enqueue("wait");
        Thread thread = run();
        rig.leaseKeeper.turn();
        rig.broker.silence(rig.inFlight.of(id).get(0).lease(), Rig.LEASE);
        Rig other = rig.beside(1, JobHandler.of("wait", Json.class, (payload, context) -> "theirs"));
        for (int i = 0; i < 3; i++) { // past the other's grace, and never past our own lease at once
            rig.time.advance(Duration.ofSeconds(10));
        }
        other.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);

        rig.leaseKeeper.turn();
        thread.join(30_000);

        assertThat(rig.job(id).document().history().result()).isEqualTo(Json.of("theirs"));
        assertThat(rig.count("headrace_leases_lost_total")).isEqualTo(1);
        assertThat(rig.count("headrace_stale_writes_refused_total")).isEqualTo(1);
    }

    @Test
    void aCancellationIsPushedToTheRunningHandler() throws InterruptedException {
        assertThat(rig.hints.turn()).isEqualTo(Clocks.NEVER);
        JobId id = rig.enqueue("wait");
        Thread thread = run();

        assertThat(rig.broker.jobs().cancel(id)).isEqualTo(MoveResult.REQUESTED);
        rig.awaitEvents();
        rig.leaseKeeper.turn();
        thread.join(30_000);

        assertThat(rig.state(id)).isEqualTo(JobState.CANCELLED);
        rig.hints.stop();
    }

    @Test
    void aCancellationThatNobodyAskedForStopsNothingAndAsksTheBrokerAtMostTenTimesASecond()
            throws InterruptedException {
        rig.hints.turn();
        JobId id = rig.enqueue("wait");
        Thread thread = run();
        rig.leaseKeeper.turn();
        LiveAttempt attempt = rig.inFlight.of(id).get(0);
        rig.time.advance(Duration.ofMillis(100));
        int asked = 0;
        for (int i = 0; i < 1_000; i++) {
            rig.broker.rumour(id);
            rig.broker.rumour(JobId.parse("default_n1763770000123-0"));
            rig.awaitEvents();
            rig.time.advance(Duration.ofMillis(1));
            long before = attempt.leasedAt();
            rig.leaseKeeper.turn();
            asked += attempt.leasedAt() == before ? 0 : 1;
        }
        assertThat(asked).isEqualTo(10);
        assertThat(attempt.stop()).isNull();

        letGo.countDown();
        thread.join(30_000);
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        rig.hints.stop();
    }

    @Test
    void listeningForCancellationsIsTriedAgainUntilTheBrokerIsThere() {
        rig.broker.unavailable(true);
        assertThat(rig.hints.turn()).isLessThan(SECONDS.toNanos(6));
        rig.broker.unavailable(false);
        assertThat(rig.hints.turn()).isEqualTo(Clocks.NEVER);
        rig.hints.stop();
    }

    @Test
    void anInterruptNeverOutlivesItsAttempt() throws InterruptedException {
        JobId id = rig.enqueue(NewJob.of("default", "wait", 1).timeout(Duration.ofSeconds(1)).build());
        rig.runAtOnce = false;
        rig.claimLoop.claimRound();
        LiveAttempt attempt = rig.inFlight.of(id).get(0);
        AtomicBoolean clean = new AtomicBoolean();
        Thread thread = new Thread(() -> {
            rig.runTasks();
            clean.set(!Thread.currentThread().isInterrupted());
        });
        thread.start();
        assertThat(running.await(30, SECONDS)).isTrue();
        for (int i = 0; i < 3; i++) {
            rig.interrupter.stop(attempt, Stop.TIMED_OUT);
        }
        thread.join(30_000);

        assertThat(clean).isTrue();
        assertThat(rig.interrupter.stop(attempt, Stop.CANCELLED)).as("after its end").isFalse();
    }

    /** Claims one job and runs it on a thread of its own; returns when the handler is running. */
    private Thread run() throws InterruptedException {
        rig.runAtOnce = false;
        rig.claimLoop.claimRound();
        Thread thread = new Thread(rig::runTasks);
        thread.start();
        assertThat(running.await(30, SECONDS)).isTrue();
        return thread;
    }

    @Test
    void aTargetThatNeverAnswersHoldsItsSlotForABoundedTime() {
        Rig targets = new Rig(3,
                new HttpHandler(new JobType("far"), HttpTarget.at("http://127.0.0.1:1"), Clock.systemUTC()),
                JobHandler.of("near", Json.class, (payload, context) -> null));
        targets.runAtOnce = false;
        JobId far = targets.enqueue(NewJob.of("default", "far", Json.NULL).build());
        JobId hurried = targets
                .enqueue(NewJob.of("default", "far", Json.NULL).timeout(Duration.ofSeconds(9)).build());
        JobId near = targets.enqueue(NewJob.of("default", "near", Json.NULL).build());

        targets.claimLoop.claimRound();

        Map<JobId, Optional<Duration>> timeouts = targets.inFlight.all().stream()
                .collect(Collectors.toMap(LiveAttempt::id, attempt -> Optional.ofNullable(attempt.timeout())));
        assertThat(timeouts).containsOnly(Map.entry(far, Optional.of(Duration.ofMinutes(5))),
                Map.entry(hurried, Optional.of(Duration.ofSeconds(9))), Map.entry(near, Optional.empty()));
    }
}
