package io.headrace.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Job;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.RetryLater;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Rig;
import io.headrace.worker.attempts.LiveAttempt;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimLoopTest {
    private static final JobHandler<Json> ECHO = JobHandler.of("echo", Json.class, (payload, context) -> payload);

    @Test
    void aJobIsClaimedRunAndRecordedWithItsResult() {
        Rig rig = new Rig(4, ECHO);
        JobId id = rig.enqueue(NewJob.of("default", "echo", Map.of("n", 1)).build());

        rig.claimLoop.claimRound();

        Job job = rig.job(id);
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job.document().history().result()).isEqualTo(Json.parse("{\"n\":1}"));
        assertThat(rig.slots.free()).isEqualTo(4);
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aJobThatIsDueInAThousandYearsHoldsNobodyUp() {
        Rig rig = new Rig(4, ECHO);
        JobId far = rig.enqueue(
                NewJob.of("default", "echo", 1).runAt(rig.time.now().plus(Duration.ofDays(365_000))).build());
        JobId near = rig.enqueue("echo");

        rig.claimLoop.claimRound();

        assertThat(rig.state(near)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.state(far)).isEqualTo(JobState.SCHEDULED);
    }

    @Test
    void whatALostAnswerBringsBeyondTheFreeSlotsIsHandedBackAtOnce() {
        Rig rig = new Rig(1, ECHO);
        JobId id = rig.enqueue("echo");
        ClaimedJob surplus = rig.broker.claim(new ClaimRequest(QueueName.DEFAULT, rig.config.id(), 1, Rig.LEASE,
                List.of(Priority.values()))).jobs().get(0);

        assertThat(rig.runner.accept(surplus, 0, false)).isFalse();

        assertThat(rig.state(id)).isEqualTo(JobState.QUEUED);
        assertThat(rig.slots.free()).isEqualTo(1);
        rig.claimLoop.claimRound();
        assertThat(rig.job(id).document().history().attempts()).hasSize(1);
    }

    @Test
    void noMoreIsClaimedThanThereAreFreeSlots() {
        Rig rig = new Rig(3, ECHO);
        rig.runAtOnce = false;
        for (int i = 0; i < 10; i++) {
            rig.enqueue("echo");
        }

        rig.claimLoop.claimRound();
        rig.claimLoop.claimRound();

        assertThat(rig.tasks).hasSize(3);
        assertThat(rig.slots.free()).isZero();
    }

    @Test
    void aFailedJobRunsAgainWhenItsDelayIsOver() {
        List<Integer> attempts = new ArrayList<>();
        Rig rig = new Rig(1, JobHandler.of("flaky", Json.class, (payload, context) -> {
            attempts.add(context.attempt());
            if (attempts.size() < 3) {
                throw new IllegalStateException("not yet");
            }
            return attempts.size();
        }));
        JobId id = rig.enqueue("flaky");

        for (int i = 0; i < 3; i++) {
            rig.claimLoop.claimRound();
            rig.time.advance(Duration.ofMinutes(1));
        }

        assertThat(attempts).containsExactly(1, 2, 3);
        assertThat(rig.job(id).document().history().attempts()).extracting(Attempt::outcome).containsExactly(
                Attempt.Outcome.FAILED, Attempt.Outcome.FAILED, Attempt.Outcome.SUCCEEDED);
    }

    @Test
    void aHandlerMayAskForAWaitMoreOftenThanItsJobMayFail() {
        Rig rig = new Rig(1, JobHandler.of("busy", Json.class, (payload, context) -> {
            if (context.attempt() <= 5) {
                throw new RetryLater("not yet", Duration.ofSeconds(30));
            }
            if (context.attempt() <= 7) {
                throw new IllegalStateException("failed");
            }
            return "done";
        }));
        JobId id = rig.enqueue(NewJob.of("default", "busy", 1).maxRetries(2).build());
        for (int i = 0; i < 8; i++) {
            rig.claimLoop.claimRound();
            rig.time.advance(Duration.ofMinutes(1));
        }
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).attempt()).isEqualTo(8);
        assertThat(rig.job(id).document().history().forgiven()).isEqualTo(5);
    }

    @Test
    void waitsWithoutEndCountAsFailuresInTheEnd() {
        Rig rig = new Rig(1, JobHandler.of("busy", Json.class, (payload, context) -> {
            throw new RetryLater("never", Duration.ofSeconds(1));
        }));
        JobId id = rig.enqueue(NewJob.of("default", "busy", 1).maxRetries(2).build());
        for (int i = 0; i < RetryLater.MOST + 3; i++) {
            assertThat(rig.state(id)).isNotEqualTo(JobState.DEAD);
            rig.claimLoop.claimRound();
            rig.time.advance(Duration.ofMinutes(1));
        }
        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(rig.job(id).attempt()).isEqualTo(RetryLater.MOST + 3);
    }

    @Test
    void whatTheMachineGivesNoThreadForIsHandedBackWithNoAttemptUsedAndNoMoreIsClaimed() throws InterruptedException {
        Rig rig = new Rig(8, ECHO);
        rig.runAtOnce = false;
        rig.threads = 3;
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(rig.enqueue("echo"));
        }

        rig.claimLoop.turn();
        assertThat(rig.tasks).hasSize(3);
        assertThat(ids.subList(3, 8)).extracting(rig::state).containsOnly(JobState.QUEUED);
        rig.claimLoop.turn();
        rig.time.advance(Duration.ofMillis(1_100));
        rig.claimLoop.turn();
        assertThat(rig.slots.busy()).as("no more than there are threads").isEqualTo(3);
        assertThat(rig.inFlight.all()).hasSize(3);

        Rig other = rig.beside(8, ECHO);
        other.claimLoop.claimRound();
        assertThat(ids.subList(3, 8)).extracting(rig::state).containsOnly(JobState.SUCCEEDED);
        assertThat(ids.subList(3, 8)).extracting(id -> rig.job(id).attempt()).containsOnly(1);
    }

    @Test
    void aWorkerThatGetsItsThreadsBackUsesAllItsSlotsAgain() throws InterruptedException {
        Rig rig = new Rig(8, ECHO);
        rig.runAtOnce = false;
        rig.threads = 0;
        for (int i = 0; i < 8; i++) {
            rig.enqueue("echo");
        }
        rig.claimLoop.turn();
        assertThat(rig.slots.busy()).isZero();

        rig.threads = 8;
        for (int i = 0; i < 60 && rig.capacity.reduced(); i++) {
            rig.time.advance(Duration.ofSeconds(1));
            rig.claimLoop.turn();
        }
        rig.claimLoop.turn();
        assertThat(rig.slots.busy()).isEqualTo(8);
    }

    @Test
    void aWorkerThatGetsNoThreadAtAllIsNotLive() throws InterruptedException {
        Rig rig = new Rig(2, ECHO);
        rig.threads = 0;
        rig.enqueue("echo");
        for (int i = 0; i < 46; i++) {
            rig.claimLoop.turn();
            rig.leaseKeeper.turn();
            rig.time.advance(Duration.ofSeconds(1));
        }
        assertThat(rig.liveness.live()).isFalse();
    }

    @Test
    void aWorkerThatRunsAllThatTheMachineCarriesIsLiveHoweverLongThatTakes() throws InterruptedException {
        Rig rig = new Rig(8, ECHO);
        rig.runAtOnce = false;
        rig.threads = 2;
        for (int i = 0; i < 8; i++) {
            rig.enqueue("echo");
        }
        rig.claimLoop.turn();
        assertThat(rig.inFlight.all()).hasSize(2).allMatch(LiveAttempt::begin);
        for (int i = 0; i < 120; i++) {
            rig.claimLoop.turn();
            rig.leaseKeeper.turn();
            assertThat(rig.liveness.live()).as("after %d s", i).isTrue();
            rig.time.advance(Duration.ofSeconds(1));
        }
        assertThat(rig.slots.busy()).isEqualTo(2);
    }

    @Test
    void aMeterThatCannotBeMadeKeepsNoJobInFlight() {
        Rig rig = new Rig(1, ECHO);
        rig.meters.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalArgumentException("no more meters");
            }
        });
        JobId id = rig.enqueue("unheard-of");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.PARKED);
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aTypeThatNobodyHandlesIsHandedBackWithNoAttemptUsed() {
        Rig rig = new Rig(1, ECHO);
        JobId id = rig.enqueue("unheard-of");

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.PARKED);
        assertThat(rig.job(id).attempt()).isZero();
        assertThat(rig.slots.free()).isEqualTo(1);
        assertThat(rig.count("headrace_jobs_parked_total")).isEqualTo(1);

        Rig knowing = rig.beside(1, JobHandler.of("unheard-of", Json.class, (payload, context) -> null));
        rig.time.advance(Duration.ofSeconds(10));
        knowing.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).attempt()).isEqualTo(1);
    }

    @Test
    void anExpiredJobIsNotRun() {
        Rig rig = new Rig(1, JobHandler.of("late", Json.class, (payload, context) -> {
            throw new AssertionError("ran");
        }));
        JobId id = rig.enqueue(NewJob.of("default", "late", 1).expiresIn(Duration.ofSeconds(5)).build());
        rig.time.advance(Duration.ofSeconds(5));

        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.EXPIRED);
        assertThat(rig.slots.free()).isEqualTo(1);
    }

    @Test
    void aStrictWorkerTakesTheSecondQueueOnlyWhenTheFirstIsEmpty() {
        List<String> order = new ArrayList<>();
        JobHandler<Json> note = JobHandler.of("note", Json.class, (payload, context) -> {
            order.add(context.id().queue().value());
            return null;
        });
        Map<QueueName, Integer> queues = new LinkedHashMap<>();
        queues.put(new QueueName("first"), 1);
        queues.put(new QueueName("second"), 1);
        ManualClock time = new ManualClock();
        Rig rig = new Rig(time, new InMemoryBroker(time), queues, 10, note);
        for (int i = 0; i < 3; i++) {
            rig.enqueue(NewJob.of("second", "note", i).build());
            rig.enqueue(NewJob.of("first", "note", i).build());
        }

        rig.claimLoop.claimRound();

        assertThat(order).containsExactly("first", "first", "first", "second", "second", "second");
    }

    @Test
    void aStoppingWorkerHandsBackWhatAClaimUnderWayStillBrings() {
        Rig rig = new Rig(2, ECHO);
        JobId id = rig.enqueue("echo");

        rig.runner.refuse();
        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.QUEUED);
        assertThat(rig.job(id).attempt()).isZero();
        assertThat(rig.slots.free()).isEqualTo(2);
    }

    @Test
    void anIdleWorkerClaimsAgainForAHintOrWhenItsLookFindsWork() {
        Rig rig = new Rig(1, ECHO);
        rig.claimLoop.claimRound();
        JobId id = rig.enqueue("echo");

        rig.time.advance(Duration.ofMillis(3_999));
        rig.claimLoop.claimRound();
        assertThat(rig.state(id)).as("without a hint").isEqualTo(JobState.QUEUED);

        rig.time.advance(Duration.ofMillis(1));
        rig.claimLoop.claimRound();
        assertThat(rig.state(id)).as("seen by a look").isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aJobWhoseHintWasLostWithItsWorkerStartsWithinFiveSecondsInWhicheverOfTenQueuesItIs() throws Exception {
        Map<QueueName, Integer> queues = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            queues.put(new QueueName("q" + i), 1);
        }
        ManualClock time = new ManualClock();
        InMemoryBroker broker = new InMemoryBroker(time);
        Rig rig = new Rig(time, broker, queues, 10, ECHO);
        rig.claimLoop.claimRound();

        for (QueueName queue : queues.keySet()) {
            JobId id = rig.enqueue(NewJob.of(queue.value(), "echo", 1).build());
            assertThat(broker.awaitReady(queues.keySet(), Duration.ZERO)).as("taken by one that freezes").isTrue();
            rig.time.advance(Duration.ofSeconds(4));
            rig.claimLoop.claimRound();
            assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        }
    }

    @Test
    void aJobThatFellDueIsSeenAlthoughTheHintOfItsNearerTimeWasLost() throws Exception {
        Rig rig = new Rig(1, ECHO);
        rig.claimLoop.claimRound();
        JobId id = rig.enqueue(NewJob.of("default", "echo", 1).delay(Duration.ofSeconds(6)).build());
        assertThat(rig.broker.awaitReady(rig.config.queueNames(), Duration.ZERO)).isTrue();

        for (int i = 0; i < 5; i++) {
            rig.time.advance(Duration.ofSeconds(2));
            rig.claimLoop.claimRound();
        }

        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void anIdleWorkerStaysLive() {
        Rig rig = new Rig(10, ECHO);
        for (int second = 0; second < 120; second += 4) {
            rig.claimLoop.claimRound();
            rig.time.advance(Duration.ofSeconds(4));
            assertThat(rig.liveness.live()).as("after %d s", second + 4).isTrue();
        }
    }

    @Test
    void aKnownDueTimeIsHonouredBeforeTheNextLook() {
        Rig rig = new Rig(1, ECHO);
        JobId id = rig.enqueue(NewJob.of("default", "echo", 1).delay(Duration.ofSeconds(2)).build());
        rig.claimLoop.claimRound();

        rig.time.advance(Duration.ofMillis(1_999));
        rig.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SCHEDULED);

        rig.time.advance(Duration.ofMillis(1));
        rig.claimLoop.claimRound();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
    }
}
