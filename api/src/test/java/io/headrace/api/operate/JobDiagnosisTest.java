package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.LinePosition;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobDiagnosisTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final JobId ID = JobId.parse("mail_n1763770000123-0");
    private static final JobDocument DOCUMENT = JobDocument.of(NewJob.of("mail", "welcome", Map.of()).build().spec());

    private boolean paused;
    private final List<WorkerInfo> workers = new ArrayList<>();
    private Optional<LinePosition> spot = Optional.of(new LinePosition(0, false));
    private long moreUrgent;
    private Optional<ServiceTime> service = Optional.of(new ServiceTime(Duration.ofSeconds(2), 50));

    private JobDiagnosis.Answer why(Job job) {
        JobDiagnosis.Answer answer = JobDiagnosis
                .explain(new JobDiagnosis.Facts(NOW, job, paused, workers, spot, moreUrgent, service));
        if (!answer.reasons().isEmpty()) {
            // Whoever shows both need not say it twice.
            assertThat(answer.summary()).startsWithIgnoringCase(answer.reasons().get(0).detail());
        }
        return answer;
    }

    private JobDiagnosis.Answer whyQueued() {
        return why(Job.of(ID, JobState.QUEUED, DOCUMENT, null));
    }

    private void worker(String id, String state, int slots, int busy, String... types) {
        workers.add(new WorkerInfo(new WorkerId(id), "host", 1, NOW, List.of(new QueueName("mail")),
                Arrays.stream(types).map(JobType::new).toList(), slots, busy, Duration.ofSeconds(30), state, "1",
                List.of()));
    }

    private static List<String> codes(JobDiagnosis.Answer answer) {
        return answer.reasons().stream().map(JobDiagnosis.Reason::code).toList();
    }

    @Test
    void aPausedQueueHoldsItsJobs() {
        paused = true;
        worker("ann", "running", 10, 10, "welcome");
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(answer.summary())
                .isEqualTo("The queue 'mail' is paused: nothing is claimed until somebody resumes it.");
        assertThat(codes(answer)).containsExactly("paused", "in-line");
        assertThat(answer.estimate()).isNull();
    }

    @Test
    void withoutAWorkerNothingRuns() {
        workers.add(new WorkerInfo(new WorkerId("other"), "host", 1, NOW, List.of(new QueueName("other")),
                List.of(new JobType("welcome")), 10, 0, Duration.ofSeconds(30), "running", "1", List.of()));
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(answer.summary()).isEqualTo(
                "No live worker serves the queue 'mail': start one with 'headrace worker --queue mail'.");
        assertThat(codes(answer)).containsExactly("no-worker", "in-line");
        assertThat(answer.line()).isEqualTo(new JobDiagnosis.Line(1, false, Priority.NORMAL));
    }

    @Test
    void everyReasonIsToldThePauseFirst() {
        paused = true;
        assertThat(codes(whyQueued())).containsExactly("paused", "no-worker", "in-line");
    }

    @Test
    void quietAndStoppingWorkersClaimNothing() {
        worker("ann", "quiet", 10, 0, "welcome");
        assertThat(whyQueued().summary()).isEqualTo("The worker that serves the queue 'mail' is quiet or stopping.");
        worker("bob", "stopping", 10, 0, "welcome");
        assertThat(whyQueued().summary())
                .isEqualTo("The 2 workers that serve the queue 'mail' are quiet or stopping.");
        assertThat(codes(whyQueued())).startsWith("no-worker");
    }

    @Test
    void aTypeThatNobodyKnowsIsNamedAndSoAreThoseKnown() {
        worker("ann", "running", 10, 0, "report", "copy");
        assertThat(whyQueued().summary()).isEqualTo(
                "The only worker of the queue 'mail' does not know the type 'welcome'; known: copy, report.");
        worker("bob", "running", 10, 0, "copy");
        assertThat(whyQueued().summary()).isEqualTo(
                "None of the 2 workers of the queue 'mail' knows the type 'welcome'; known: copy, report.");
        assertThat(codes(whyQueued())).startsWith("type-unknown");
        worker("cid", "running", 1, 0, "welcome");
        assertThat(codes(whyQueued())).containsExactly("in-line");
    }

    @Test
    void busySlotsAreCountedOfThoseWhoKnowTheType() {
        worker("ann", "running", 10, 10, "welcome");
        worker("bob", "running", 10, 0, "copy");
        spot = Optional.of(new LinePosition(41, false));
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(codes(answer)).containsExactly("slots-busy", "in-line");
        assertThat(answer.summary()).isEqualTo("All 10 slots of the worker that knows the type 'welcome' are busy,"
                + " and 41 jobs of its level 'normal' are ahead of it; it should start in about 8 seconds.");
        assertThat(answer.line()).isEqualTo(new JobDiagnosis.Line(42, false, Priority.NORMAL));
        assertThat(answer.estimate()).isEqualTo(
                new JobDiagnosis.Estimate(NOW.plusMillis(8400), Duration.ofSeconds(2), 10, 50));
    }

    @Test
    void theOnlySlotIsSpokenOfAsOne() {
        worker("ann", "running", 1, 1, "welcome");
        assertThat(whyQueued().summary()).isEqualTo(
                "The only slot of the worker that knows the type 'welcome' is busy;"
                        + " it should start in about 2 seconds.");
    }

    @Test
    void theNextWithAFreeSlotStartsAtOnce() {
        worker("ann", "running", 10, 3, "welcome");
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(answer.summary())
                .isEqualTo("It is the next of its level 'normal'; it should start within a second.");
        assertThat(Objects.requireNonNull(answer.estimate()).startAt()).isEqualTo(NOW);
    }

    @Test
    void moreUrgentJobsGoFirst() {
        worker("ann", "running", 10, 10, "welcome");
        moreUrgent = 999;
        assertThat(Objects.requireNonNull(whyQueued().estimate()).startAt()).isEqualTo(NOW.plusSeconds(200));
    }

    @Test
    void anEstimatedPlaceSaysSo() {
        worker("ann", "running", 10, 0, "welcome");
        spot = Optional.of(new LinePosition(52_000, true));
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(answer.summary()).isEqualTo("About 52000 jobs of its level 'normal' are ahead of it;"
                + " it should start in about 2 hours.");
        assertThat(answer.line()).isEqualTo(new JobDiagnosis.Line(52_001, true, Priority.NORMAL));
    }

    @Test
    void withoutHistoryThereIsNoEstimate() {
        worker("ann", "running", 10, 10, "welcome");
        service = Optional.empty();
        assertThat(whyQueued().estimate()).isNull();
        assertThat(whyQueued().summary())
                .isEqualTo("All 10 slots of the worker that knows the type 'welcome' are busy.");
    }

    @Test
    void aJobThatLeftTheLineMeanwhileHasNoPlace() {
        worker("ann", "running", 10, 0, "welcome");
        spot = Optional.empty();
        JobDiagnosis.Answer answer = whyQueued();
        assertThat(answer.summary()).isEqualTo("A worker is about to take it.");
        assertThat(answer.line()).isNull();
    }

    private static Job running(@Nullable String worker, boolean cancelling) {
        return new Job(ID, JobState.RUNNING, DOCUMENT, null, NOW.minusSeconds(90), worker, 2, null, cancelling);
    }

    @Test
    void aRunningJobNamesItsWorkerAndSinceWhen() {
        worker("ann", "running", 10, 1, "welcome");
        JobDiagnosis.Answer answer = why(running("ann", false));
        assertThat(answer.summary())
                .isEqualTo("Worker ann runs it since 2026-11-22T11:58:30.000Z, for 90 seconds, attempt 2.");
        assertThat(codes(answer)).containsExactly("running");
    }

    @Test
    void aSilentWorkerIsTold() {
        JobDiagnosis.Answer answer = why(running("ann", false));
        assertThat(codes(answer)).containsExactly("lease-silent", "running");
        assertThat(answer.summary()).isEqualTo("Worker ann, which ran it, has fallen silent:"
                + " another one takes the job over once its lease is over.");
    }

    @Test
    void aJobBeingCancelledIsTold() {
        worker("ann", "running", 10, 1, "welcome");
        assertThat(why(running("ann", true)).summary())
                .isEqualTo("Its cancellation was asked for, and worker ann is told to stop it.");
        assertThat(codes(why(running("ann", true)))).containsExactly("cancelling", "running");
        assertThat(codes(why(running("bob", true)))).containsExactly("lease-silent", "cancelling", "running");
        assertThat(codes(why(running(null, false)))).containsExactly("running");
    }

    @Test
    void aJobAtRestNamesItsTime() {
        worker("ann", "running", 10, 0, "welcome");
        Job scheduled = Job.of(ID, JobState.SCHEDULED, DOCUMENT, NOW.plusSeconds(7200));
        assertThat(why(scheduled).summary())
                .isEqualTo("It is scheduled for 2026-11-22T14:00:00.000Z, in 2 hours.");
        assertThat(codes(why(scheduled))).containsExactly("scheduled");
        Job parked = Job.of(ID, JobState.PARKED, DOCUMENT, NOW.plusSeconds(60));
        assertThat(why(parked).summary()).isEqualTo("The worker that claimed it has no handler for the type 'welcome':"
                + " it is offered again at 2026-11-22T12:01:00.000Z, in 60 seconds.");
        assertThat(codes(why(parked))).containsExactly("parked");
    }

    @Test
    void whatWillHoldAJobAtRestIsToldToo() {
        Job scheduled = Job.of(ID, JobState.SCHEDULED, DOCUMENT, NOW.plusSeconds(60));
        assertThat(codes(why(scheduled))).containsExactly("scheduled", "no-worker");
        Job due = Job.of(ID, JobState.SCHEDULED, DOCUMENT, NOW.minusSeconds(1));
        assertThat(why(due).summary()).isEqualTo("It is scheduled for 2026-11-22T11:59:59.000Z, but no live worker"
                + " serves the queue 'mail': start one with 'headrace worker --queue mail'.");
        worker("ann", "running", 10, 0, "welcome");
        assertThat(why(due).summary()).isEqualTo(
                "It is scheduled for 2026-11-22T11:59:59.000Z: the next claim of a worker puts it in line.");
    }

    private static JobDocument failed(JobState how) {
        Attempt attempt = new Attempt(1, "ann", NOW.minusSeconds(5), NOW.minusSeconds(3), Attempt.Outcome.FAILED,
                new Failure("Timeout", "no answer", null));
        return DOCUMENT.with(how == JobState.RETRYING ? DOCUMENT.history().and(attempt)
                : DOCUMENT.history().and(attempt).ended(how, NOW.minusSeconds(3), null));
    }

    @Test
    void aRetryNamesWhatFailed() {
        worker("ann", "running", 10, 0, "welcome");
        JobDiagnosis.Answer answer = why(Job.of(ID, JobState.RETRYING, failed(JobState.RETRYING), NOW.plusSeconds(30)));
        assertThat(answer.summary()).isEqualTo("Attempt 1 failed with Timeout, and the next one is due at"
                + " 2026-11-22T12:00:30.000Z, in 30 seconds.");
        assertThat(codes(answer)).containsExactly("retry-due");
    }

    @Test
    void whatHasEndedSaysHow() {
        assertThat(why(Job.of(ID, JobState.DEAD, failed(JobState.DEAD), null)).summary())
                .isEqualTo("It died at 2026-11-22T11:59:57.000Z after 1 attempt, the last one failed with Timeout;"
                        + " it stays until somebody retries or deletes it.");
        for (JobState state : List.of(JobState.SUCCEEDED, JobState.CANCELLED, JobState.EXPIRED)) {
            JobDiagnosis.Answer answer = why(Job.of(ID, state, failed(state), null));
            assertThat(answer.summary())
                    .isEqualTo("It has ended as " + state.label() + " at 2026-11-22T11:59:57.000Z.");
            assertThat(codes(answer)).containsExactly("ended");
        }
        assertThat(why(Job.of(ID, JobState.CANCELLED, DOCUMENT, null)).summary())
                .isEqualTo("It has ended as cancelled.");
    }
}
