package io.headrace.worker.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Backoff;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.PermanentFailure;
import io.headrace.Progress;
import io.headrace.RetryLater;
import io.headrace.RetryPolicy;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.redaction.Redactor;
import io.headrace.worker.handlers.HandlerFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final Instant CLAIMED = Instant.parse("2026-01-01T00:00:10Z");
    private static final JobId ID = JobId.parse("default_n" + CLAIMED.minusSeconds(10).toEpochMilli() + "-0");

    private final Outcome outcome = new Outcome(new RetryPolicy(2, Backoff.DEFAULT), new Random(1), Redactor.NONE);

    @Test
    void aHandlerThatReturnedHasSucceeded() {
        Verdict verdict = after(Ending.returned(Json.parse("42")), null).verdict();

        assertThat(verdict.move()).isEqualTo(Verdict.Move.FINISH);
        History history = verdict.document().history();
        assertThat(history.outcome()).isEqualTo(JobState.SUCCEEDED);
        assertThat(history.result()).isEqualTo(Json.parse("42"));
        assertThat(history.finishedAt()).isEqualTo(CLAIMED.plusSeconds(3));
        assertThat(history.progress()).isEqualTo(new Progress(0.5, "half"));
        assertThat(history.attempts())
                .containsExactly(new Attempt(1, "w-1", CLAIMED.plusSeconds(1), CLAIMED.plusSeconds(3),
                        Attempt.Outcome.SUCCEEDED, null));
    }

    @Test
    void whatHappenedWinsOverWhatWasAskedFor() {
        for (Stop stop : Stop.values()) {
            Decision decision = after(Ending.returned(null), stop);
            assertThat(decision.verdict().document().history().outcome()).as("%s", stop).isEqualTo(JobState.SUCCEEDED);
        }
    }

    @Test
    void aFailureIsRetriedAfterADelay() {
        Decision decision = after(Ending.threw(new IllegalStateException("no")), null);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.RETRY);
        assertThat(decision.verdict().delay()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(decision.label()).isEqualTo("failed");
        Failure error = decision.verdict().document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.message()).isEqualTo("no");
        assertThat(decision.verdict().document().history().outcome()).isNull();
    }

    @Test
    void aFailureTellsHowManyRetriesThereAreUnlessTheJobSays() {
        Ending failed = Ending.threw(new Exception("no"));
        assertThat(after(failed, null).verdict().document().history().maxRetries()).isEqualTo(2);
        assertThat(after(Ending.threw(new PermanentFailure("no")), null).verdict().document().history().maxRetries())
                .isEqualTo(2);
        assertThat(after(Ending.returned(null), null).verdict().document().history().maxRetries()).isNull();
        ClaimedJob asking = claimed(spec(7, null), History.NONE, 1, 1, List.of());
        JobDocument judged = outcome.afterRun(asking, ran(failed, null)).orElseThrow().verdict().document();
        assertThat(judged.history().maxRetries()).isNull();
        assertThat(JobDocument.parse(after(failed, null).verdict().document().bytes()).history().maxRetries())
                .isEqualTo(2);
    }

    @Test
    void theLastRetryThatFailsBuriesTheJob() {
        ClaimedJob third = claimed(spec(null, null), History.NONE, 3, 1, List.of());

        Verdict verdict = outcome.afterRun(third, ran(Ending.threw(new Exception("no")), null)).orElseThrow().verdict();

        assertThat(verdict.move()).isEqualTo(Verdict.Move.BURY);
        assertThat(verdict.document().history().outcome()).isEqualTo(JobState.DEAD);
        assertThat(verdict.document().history().finishedAt()).isEqualTo(CLAIMED.plusSeconds(3));
    }

    @Test
    void attemptsForgivenByARequeueDoNotUseUpRetries() {
        History retried = new History(11, List.of(), null, null, null, null, null, 11);
        ClaimedJob first = claimed(spec(null, null), retried, 12, 1, List.of());

        assertThat(outcome.afterRun(first, ran(Ending.threw(new Exception("no")), null)).orElseThrow().verdict().move())
                .isEqualTo(Verdict.Move.RETRY);
    }

    @Test
    void theJobsOwnPolicyOverridesTheWorkers() {
        ClaimedJob once = claimed(spec(0, null), History.NONE, 1, 1, List.of());

        assertThat(outcome.afterRun(once, ran(Ending.threw(new Exception("no")), null)).orElseThrow().verdict().move())
                .isEqualTo(Verdict.Move.BURY);
    }

    @Test
    void aPermanentFailureBuriesAtOnce() {
        Decision decision = after(Ending.threw(new PermanentFailure("never")), null);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.BURY);
        assertThat(decision.label()).isEqualTo("failed");
    }

    @Test
    void aServersDelayIsAFloorThatJitterNeverShortens() {
        for (int i = 0; i < 100; i++) {
            assertThat(after(Ending.threw(new RetryLater("busy", Duration.ofSeconds(90))), null).verdict().delay())
                    .isEqualTo(Duration.ofSeconds(90));
        }
        assertThat(after(Ending.threw(HandlerFailure.passing("http_503", "busy", Duration.ofMinutes(7))), null)
                .verdict().delay()).isEqualTo(Duration.ofMinutes(7));
    }

    @Test
    void whatAsksForAWaitUsesNoRetry() {
        for (Throwable later : List.of(new RetryLater("busy", Duration.ofSeconds(90)), new RetryLater("busy", null),
                HandlerFailure.postponed("http_429", "busy", Duration.ofSeconds(90)))) {
            Verdict verdict = after(Ending.threw(later), null).verdict();
            assertThat(verdict.move()).isEqualTo(Verdict.Move.RETRY);
            assertThat(verdict.document().history().forgiven()).isEqualTo(1);
            assertThat(verdict.document().history().attempts()).hasSize(1);
        }
        assertThat(after(Ending.threw(HandlerFailure.passing("http_500", "no", Duration.ofSeconds(90))), null).verdict()
                .document().history().forgiven()).isZero();
    }

    @Test
    void anExceptionAfterACancellationEndsAsCancelled() {
        Decision decision = after(Ending.threw(new InterruptedException()), Stop.CANCELLED);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.FINISH);
        assertThat(decision.verdict().document().history().outcome()).isEqualTo(JobState.CANCELLED);
        assertThat(decision.verdict().document().history().attempts()).extracting(Attempt::outcome)
                .containsExactly(Attempt.Outcome.CANCELLED);
    }

    @Test
    void aTimeoutIsRetriedAndSaysWhereTheHandlerStood() {
        Decision decision = after(Ending.threw(new InterruptedException("sleep interrupted")), Stop.TIMED_OUT);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.RETRY);
        assertThat(decision.label()).isEqualTo("timed_out");
        Failure error = decision.verdict().document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.type()).isEqualTo("timeout");
        assertThat(error.message()).isEqualTo("did not end within 2s");
        assertThat(error.stack()).contains("InterruptedException");
    }

    @Test
    void aShutdownReleasesWithNoAttemptUsed() {
        Decision decision = after(Ending.threw(new InterruptedException()), Stop.SHUTDOWN);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.RELEASE);
        assertThat(decision.attempt()).isNull();
        assertThat(decision.verdict().document().history()).isEqualTo(History.NONE);
    }

    @Test
    void anAttemptThatLostItsLeaseBeforeItBeganHasNoVerdict() {
        assertThat(outcome.afterRun(fresh(), ran(Ending.NOT_STARTED, Stop.LEASE_LOST))).isEmpty();
    }

    @Test
    void aPausedWorkersAttemptGoesTheWayOfALostOne() {
        Decision decision = after(Ending.threw(new InterruptedException()), Stop.LEASE_LOST);

        assertThat(decision.verdict().move()).isEqualTo(Verdict.Move.RETRY);
        assertThat(decision.label()).isEqualTo("lost");
    }

    @Test
    void lostAttemptsEnterTheHistoryBeforeTheirSuccessor() {
        Attempt lost = new Attempt(1, "w-0", CLAIMED.minusSeconds(9), CLAIMED, Attempt.Outcome.LOST, null);
        ClaimedJob second = claimed(spec(null, null), History.NONE, 2, 2, List.of(lost));

        History history = outcome.afterRun(second, ran(Ending.returned(null), null)).orElseThrow().verdict().document()
                .history();

        assertThat(history.attempt()).isEqualTo(2);
        assertThat(history.attempts()).extracting(Attempt::outcome).containsExactly(Attempt.Outcome.LOST,
                Attempt.Outcome.SUCCEEDED);
    }

    @Test
    void aJobWhoseWorkersWentSilentThreeTimesIsBuriedAsWorkerLost() {
        List<Attempt> lost = List.of(lost(1), lost(2), lost(3));
        ClaimedJob fourth = claimed(spec(null, null), History.NONE, 4, 4, lost);

        Verdict verdict = outcome.beforeRun(fourth, true, CLAIMED).orElseThrow().verdict();

        assertThat(verdict.move()).isEqualTo(Verdict.Move.BURY);
        History history = verdict.document().history();
        assertThat(history.error()).extracting(Failure::type).isEqualTo("worker_lost");
        assertThat(history.attempts()).hasSize(3);
        assertThat(history.attempt()).isEqualTo(3);
        assertThat(outcome.beforeRun(claimed(spec(null, null), History.NONE, 3, 3, lost.subList(0, 2)), true, CLAIMED))
                .isEmpty();
    }

    @Test
    void aJobPastItsTimeExpiresWithoutRunning() {
        ClaimedJob late = claimed(spec(null, Duration.ofSeconds(10)), History.NONE, 1, 1, List.of());

        Verdict verdict = outcome.beforeRun(late, true, CLAIMED).orElseThrow().verdict();

        assertThat(verdict.document().history().outcome()).isEqualTo(JobState.EXPIRED);
        assertThat(verdict.document().history().attempts()).isEmpty();
    }

    @Test
    void aCancelledJobEndsWithoutRunning() {
        ClaimedJob job = new ClaimedJob(fresh().lease(), fresh().document(), CLAIMED, true, List.of());

        assertThat(outcome.beforeRun(job, true, CLAIMED).orElseThrow().verdict().document().history().outcome())
                .isEqualTo(JobState.CANCELLED);
    }

    @Test
    void anUnknownTypeIsParkedForAboutFiveSeconds() {
        Verdict verdict = outcome.beforeRun(fresh(), false, CLAIMED).orElseThrow().verdict();

        assertThat(verdict.move()).isEqualTo(Verdict.Move.PARK);
        assertThat(verdict.delay()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        assertThat(verdict.document().history()).isEqualTo(History.NONE);
    }

    private Decision after(Ending ending, @Nullable Stop stop) {
        return outcome.afterRun(fresh(), ran(ending, stop)).orElseThrow();
    }

    private static Outcome.Ran ran(Ending ending, @Nullable Stop stop) {
        return new Outcome.Ran(ending, stop, CLAIMED.plusSeconds(1), CLAIMED.plusSeconds(3), new Progress(0.5, "half"),
                Duration.ofSeconds(2));
    }

    private static Attempt lost(int number) {
        return new Attempt(number, "w-0", CLAIMED.minusSeconds(9), CLAIMED, Attempt.Outcome.LOST, null);
    }

    private static ClaimedJob fresh() {
        return claimed(spec(null, null), History.NONE, 1, 1, List.of());
    }

    private static ClaimedJob claimed(JobSpec spec, History history, int attempt, int deliveries, List<Attempt> lost) {
        Lease lease = new Lease(ID, attempt, new Token("1-0", new WorkerId("w-1"), deliveries, 1));
        return new ClaimedJob(lease, JobDocument.of(spec).with(history), CLAIMED, false, lost);
    }

    private static JobSpec spec(@Nullable Integer maxRetries, @Nullable Duration expiresIn) {
        return new JobSpec(new JobType("t"), Json.parse("{}"), null, maxRetries, null, expiresIn, null, null, null);
    }
}
