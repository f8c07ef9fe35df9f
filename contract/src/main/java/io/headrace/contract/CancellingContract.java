package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.Subscription;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Renewal;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ending jobs because somebody asked for it. */
abstract class CancellingContract extends ContractSteps {
    @Test
    void aJobCancelledInLineNeverRunsAndIsOnRecord() {
        List<JobId> ids = send(3);
        assertThat(jobs().cancel(ids.get(1))).isEqualTo(MoveResult.DONE);
        assertThat(state(ids.get(1))).isEqualTo(JobState.CANCELLED);
        assertThat(count(JobState.QUEUED)).isEqualTo(2);
        List<ClaimedJob> claimed = claim(ann, 10);
        assertThat(claimed).filteredOn(job -> !job.cancelled()).extracting(job -> job.lease().job())
                .containsExactly(ids.get(0), ids.get(2));
        claimed.stream().filter(ClaimedJob::cancelled).forEach(job -> settle(end(job, JobState.CANCELLED)));
        assertThat(state(ids.get(1))).isEqualTo(JobState.CANCELLED);
        assertThat(info().totals()).containsEntry(JobState.CANCELLED, 1L);
        assertThat(info().kept()).isEqualTo(1);
        assertNothingToRun();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduled", "retrying", "parked"})
    void aJobCancelledAtRestNeverRunsAndIsOnRecord(String where) {
        JobId id = switch (where) {
            case "scheduled" -> send(job().delay(LONG));
            case "retrying" -> retrying(job());
            default -> parked(job());
        };
        assertThat(jobs().cancel(id)).isEqualTo(MoveResult.DONE);
        assertThat(state(id)).isEqualTo(JobState.CANCELLED);
        assertThat(info().counts().values().stream().mapToLong(Long::longValue).sum()).isZero();
        assertThat(info().totals()).containsEntry(JobState.CANCELLED, 1L);
        assertThat(broker().claim(ask(ann, 1)).nextDue()).isEmpty();
        assertThat(jobs().cancel(id)).isEqualTo(MoveResult.WRONG_STATE);
        assertNothingToRun();
    }

    @Test
    void aCancelledRetryKeepsItsHistory() {
        JobId id = retrying(job());
        jobs().cancel(id);
        assertThat(find(id).document().history().attempts()).hasSize(1);
        assertThat(find(id).document().history().finishedAt()).isNotNull();
    }

    @Test
    void aReleasedJobCanBeCancelledInLine() {
        ClaimedJob job = running(ann);
        settle(release(job));
        assertThat(jobs().cancel(job.lease().job())).isEqualTo(MoveResult.DONE);
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
        assertNothingToRun();
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aRunningJobIsCancelledThroughItsWorker() {
        ClaimedJob job = running(ann);
        ClaimedJob other = running(ann);
        assertThat(jobs().cancel(job.lease().job())).isEqualTo(MoveResult.REQUESTED);
        assertThat(state(job.lease().job())).isEqualTo(JobState.RUNNING);
        assertThat(find(job.lease().job()).cancelling()).isTrue();
        assertThat(find(other.lease().job()).cancelling()).isFalse();
        assertThat(jobs().cancel(job.lease().job())).as("asked again").isEqualTo(MoveResult.REQUESTED);
        assertThat(broker().renew(List.of(job.lease(), other.lease()), LEASE))
                .isEqualTo(new Renewal(List.of(), List.of(job.lease())));
        assertThat(settle(end(job, JobState.CANCELLED))).isEqualTo(WriteResult.RECORDED);
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
        assertThat(find(job.lease().job()).cancelling()).isFalse();
    }

    @Test
    void theWorkersOfTheQueueHearOfACancellation() throws Exception {
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        try (Subscription ours = fixture().another().onCancel(Set.of(newQueue(), queue), heard::add)) {
            ClaimedJob job = running(ann);
            jobs().cancel(job.lease().job());
            assertThat(heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(job.lease().job());
        }
    }

    @Test
    void aCancellationThatIsSaidAndNotAskedForIsNoneAndTheNextOneIs() throws Exception {
        ClaimedJob job = running(ann);
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        try (Subscription ours = broker().onCancel(Set.of(queue), heard::add)) {
            fixture().rumour(job.lease().job());
            assertThat(heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(job.lease().job());
            assertThat(broker().renew(List.of(job.lease()), LEASE)).isEqualTo(new Renewal(List.of(), List.of()));
            assertThat(find(job.lease().job()).cancelling()).isFalse();
            jobs().cancel(job.lease().job());
            assertThat(heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(job.lease().job());
            assertThat(broker().renew(List.of(job.lease()), LEASE).cancelled()).containsExactly(job.lease());
        }
    }

    @Test
    void aJobThatEndedFirstKeepsItsEnd() {
        ClaimedJob job = running(ann);
        jobs().cancel(job.lease().job());
        assertThat(settle(succeed(job))).isEqualTo(WriteResult.RECORDED);
        assertThat(state(job.lease().job())).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void whoeverTakesOverACancelledJobIsTold() {
        ClaimedJob job = running(ann);
        jobs().cancel(job.lease().job());
        ClaimedJob second = takenOver(job, bob);
        assertThat(second.cancelled()).isTrue();
        settle(end(second, JobState.CANCELLED));
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(value = Verdict.Move.class, names = {"RETRY", "PARK"})
    void aCancelledJobThatIsPutDownEndsWithoutRunningAgain(Verdict.Move move) {
        ClaimedJob job = running(ann);
        jobs().cancel(job.lease().job());
        assertThat(settle(verdict(move, job, LONG))).isEqualTo(WriteResult.RECORDED);
        fixture().tick();
        assertNothingToRun();
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aCancelledJobThatIsReleasedDoesNotRunAgain() {
        ClaimedJob job = running(ann);
        jobs().cancel(job.lease().job());
        assertThat(settle(release(job))).isEqualTo(WriteResult.RECORDED);
        assertNothingToRun();
        assertThat(state(job.lease().job())).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aRequeuedJobForgetsThatItsCancellationWasAskedFor() {
        ClaimedJob job = running(ann);
        jobs().cancel(job.lease().job());
        settle(bury(job));
        jobs().retry(List.of(job.lease().job()));
        ClaimedJob again = claimOne(ann);
        assertThat(again.cancelled()).isFalse();
        assertThat(broker().renew(List.of(again.lease()), LEASE).cancelled()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SUCCEEDED", "EXPIRED", "CANCELLED", "DEAD"})
    void whatHasEndedCannotBeCancelled(JobState how) {
        ClaimedJob job = running(ann);
        settle(how == JobState.DEAD ? bury(job) : end(job, how));
        assertThat(jobs().cancel(job.lease().job())).isEqualTo(MoveResult.WRONG_STATE);
        assertThat(state(job.lease().job())).isEqualTo(how);
    }

    @Test
    void aJobCancelledInLineCannotBeCancelledAgain() {
        JobId id = send(job());
        jobs().cancel(id);
        assertThat(jobs().cancel(id)).isEqualTo(MoveResult.WRONG_STATE);
    }

    @Test
    void whatNeverWasCannotBeCancelled() {
        assertThat(jobs().cancel(new JobId(newQueue(), Priority.NORMAL, false, 1, 0))).isEqualTo(MoveResult.NOT_FOUND);
        JobId real = send(job());
        assertThat(jobs().cancel(new JobId(queue, Priority.NORMAL, false, real.millis() + 100_000_000, 0)))
                .isEqualTo(MoveResult.NOT_FOUND);
    }

    @Test
    void aPurgeCancelsWhatIsInLineAndNothingElse() {
        ClaimedJob running = running(ann);
        settle(release(running(ann)));
        ClaimedJob releasedAgain = claimOne(ann);
        settle(release(releasedAgain));
        List<JobId> inLine = List.of(releasedAgain.lease().job(), send(job()), send(job().priority(Priority.HIGH)),
                send(job().priority(Priority.LOW)));
        JobId resting = send(job().delay(LONG));
        long[] told = {0};
        assertThat(queues().purge(queue, cancelled -> told[0] = cancelled)).isEqualTo(4);
        assertThat(told[0]).as("the last that was told").isEqualTo(4);
        assertThat(inLine).allSatisfy(id -> assertThat(state(id)).isEqualTo(JobState.CANCELLED));
        assertThat(count(JobState.QUEUED)).isZero();
        assertThat(state(running.lease().job())).isEqualTo(JobState.RUNNING);
        assertThat(state(resting)).isEqualTo(JobState.SCHEDULED);
        assertNothingToRun();
        assertThat(inLine).allSatisfy(id -> assertThat(state(id)).isEqualTo(JobState.CANCELLED));
        assertThat(info().totals()).containsEntry(JobState.CANCELLED, 4L);
        assertThat(queues().purge(queue, cancelled -> {})).isZero();
    }

    @Test
    void theRecordOfACancellationDoesNotFreeTheKeyOfTheJobsSuccessor() {
        ClaimedJob released = running(ann);
        settle(release(released));
        jobs().cancel(send(job().uniqueKey("k")));
        JobId successor = send(job().uniqueKey("k"));
        List<ClaimedJob> claimed = claim(ann, 10);
        claimed.stream().filter(ClaimedJob::cancelled).forEach(job -> settle(end(job, JobState.CANCELLED)));
        assertThat(claimed).filteredOn(job -> !job.cancelled()).extracting(job -> job.lease().job())
                .containsExactly(released.lease().job(), successor);
        assertThat(submit(job().uniqueKey("k")).id()).isEqualTo(successor);
    }

    @Test
    void aPurgeOfManyFreesTheirUniqueKeys() {
        for (int i = 0; i < 300; i++) {
            send(job().uniqueKey("k" + i));
        }
        assertThat(queues().purge(queue, cancelled -> {})).isEqualTo(300);
        send(job().uniqueKey("k0"));
        JobId last = send(job().uniqueKey("k299"));
        assertThat(state(last)).isEqualTo(JobState.QUEUED);
        assertThat(count(JobState.QUEUED)).isEqualTo(2);
    }
}
