package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.Priority;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verdicts: where a job is after each, and how long what ended stays on record. */
abstract class SettlingContract extends ContractSteps {
    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SUCCEEDED", "EXPIRED", "CANCELLED"})
    void aFinishedJobIsOnRecordWithItsEndAndItsHistory(JobState how) {
        ClaimedJob claimed = running(ann);
        Verdict verdict = end(claimed, how);
        assertThat(settle(verdict)).isEqualTo(WriteResult.RECORDED);
        Job job = find(claimed.lease().job());
        assertThat(job.state()).isEqualTo(how);
        assertThat(job.document().history()).isEqualTo(verdict.document().history());
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(job.worker()).isEqualTo(ann.value());
        assertThat(job.cancelling()).isFalse();
        assertThat(info().totals()).containsEntry(how, 1L);
        assertThat(info().kept()).isEqualTo(1);
        assertThat(count(JobState.RUNNING)).isZero();
        assertNothingToRun();
    }

    @Test
    void aResultComesBackByteForByte() {
        JobId id = succeeded(job());
        assertThat(find(id).document().history().result()).isEqualTo(RESULT);
    }

    @Test
    void aFailedJobRestsForItsDelayAndRunsAgainWithItsHistory() {
        ClaimedJob first = running(job().priority(Priority.LOW), ann);
        JobId id = first.lease().job();
        assertThat(settle(retry(first, LONG))).isEqualTo(WriteResult.RECORDED);
        Job resting = find(id);
        assertThat(resting.state()).isEqualTo(JobState.RETRYING);
        assertClose(resting.runAt(), first.claimedAt().plus(LONG));
        assertThat(resting.attempt()).isEqualTo(1);
        assertThat(resting.document().history().error()).isNotNull();
        assertThat(claim(bob, 10)).isEmpty();
        fixture().makeDue(id);
        ClaimedJob second = claimOne(bob);
        assertThat(second.lease().job()).isEqualTo(id);
        assertThat(second.lease().attempt()).isEqualTo(2);
        assertThat(second.lease().token().deliveries()).isEqualTo(1);
        assertThat(second.document().history().attempts()).singleElement()
                .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.FAILED));
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        assertThat(find(id).attempt()).isEqualTo(2);
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.RECORDED);
        assertThat(find(id).document().history().attempts()).hasSize(2);
    }

    @Test
    void aRetryWithoutDelayIsDueAtOnce() {
        settle(retry(running(ann), Duration.ZERO));
        fixture().tick();
        assertThat(claimOne(ann).lease().attempt()).isEqualTo(2);
    }

    @Test
    void aRetriedJobIsFencedLikeAnyOther() {
        JobId id = retrying(job());
        fixture().makeDue(id);
        ClaimedJob second = claimOne(ann);
        ClaimedJob third = takenOver(second, bob);
        assertThat(third.lease().attempt()).isEqualTo(3);
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(settle(release(third))).isEqualTo(WriteResult.RECORDED);
        assertThat(state(id)).isEqualTo(JobState.QUEUED);
        assertThat(settle(succeed(claimOne(bob)))).isEqualTo(WriteResult.RECORDED);
        assertThat(state(id)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aParkedJobRestsAndUsesNoAttempt() {
        ClaimedJob first = running(ann);
        JobId id = first.lease().job();
        assertThat(settle(park(first, LONG))).isEqualTo(WriteResult.RECORDED);
        Job resting = find(id);
        assertThat(resting.state()).isEqualTo(JobState.PARKED);
        assertClose(resting.runAt(), first.claimedAt().plus(LONG));
        assertThat(resting.attempt()).isZero();
        assertThat(claim(bob, 10)).isEmpty();
        fixture().makeDue(id);
        assertThat(claimOne(bob).lease().attempt()).isEqualTo(1);
    }

    @Test
    void aBuriedJobIsDeadAndOnRecordWithItsError() {
        ClaimedJob claimed = running(ann);
        Verdict verdict = bury(claimed, "exit_1");
        assertThat(settle(verdict)).isEqualTo(WriteResult.RECORDED);
        Job job = find(claimed.lease().job());
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        assertThat(job.document().history()).isEqualTo(verdict.document().history());
        assertThat(count(JobState.DEAD)).isEqualTo(1);
        assertThat(info().totals()).containsEntry(JobState.DEAD, 1L);
        assertThat(info().kept()).as("dead jobs are not among the finished").isZero();
        assertNothingToRun();
    }

    @ParameterizedTest
    @EnumSource(value = Verdict.Move.class, mode = EnumSource.Mode.EXCLUDE, names = "RELEASE")
    void aVerdictThatIsRepeatedChangesNothing(Verdict.Move move) {
        ClaimedJob claimed = running(ann);
        Verdict verdict = verdict(move, claimed);
        assertThat(settle(verdict)).isEqualTo(WriteResult.RECORDED);
        Job after = find(claimed.lease().job());
        settle(verdict);
        assertThat(find(claimed.lease().job())).usingRecursiveComparison().isEqualTo(after);
        assertThat(info().totals().values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(1);
    }

    @Test
    void aVerdictOnAJobThatNeverWasIsRefused() {
        ClaimedJob claimed = running(ann);
        JobId unknown = new JobId(newQueue(), Priority.NORMAL, false, claimed.claimedAt().toEpochMilli(), 0);
        ClaimedJob made = new ClaimedJob(new Lease(unknown, 1, claimed.lease().token()),
                claimed.document(), claimed.claimedAt(), false, List.of());
        assertThat(settle(succeed(made))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(broker().find(unknown)).isEqualTo(Lookup.UNKNOWN);
    }

    @Test
    void inABatchOfVerdictsEachStandsOrFallsByItself() {
        send(200);
        List<ClaimedJob> jobs = claim(ann, 200);
        assertThat(jobs).hasSize(200);
        List<ClaimedJob> lost = jobs.stream().filter(job -> jobs.indexOf(job) % 5 == 0).toList();
        lost.forEach(job -> fixture().silence(job.lease(), LONG));
        assertThat(reclaim(bob, lost.size())).hasSize(lost.size());
        List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            ClaimedJob job = jobs.get(i);
            Verdict verdict = i % 3 == 0 ? succeed(job) : i % 3 == 1 ? bury(job) : retry(job, LONG);
            answers.add(broker().settle(verdict).toCompletableFuture());
        }
        for (int i = 0; i < jobs.size(); i++) {
            JobId id = jobs.get(i).lease().job();
            boolean stale = i % 5 == 0;
            assertThat(answers.get(i).join()).as("verdict %d", i)
                    .isEqualTo(stale ? WriteResult.LEASE_LOST : WriteResult.RECORDED);
            assertThat(state(id)).isEqualTo(stale ? JobState.RUNNING
                    : i % 3 == 0 ? JobState.SUCCEEDED : i % 3 == 1 ? JobState.DEAD : JobState.RETRYING);
        }
    }

    @Test
    void aJobOfNoRetentionIsGoneWhenItEnds() {
        JobId id = succeeded(job().retention(Duration.ZERO));
        assertThat(broker().find(id)).isEqualTo(Lookup.GONE);
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, 1L);
        assertThat(jobs().cancel(id)).isEqualTo(MoveResult.NOT_FOUND);
    }

    @Test
    void aJobsOwnRetentionWinsOverItsQueues() {
        queues().settings(queue, new QueueSettings(0, Duration.ZERO, 100));
        JobId gone = succeeded(job());
        JobId kept = succeeded(job().retention(LONG));
        assertThat(broker().find(gone)).isEqualTo(Lookup.GONE);
        assertThat(state(kept)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aQueueKeepsNoMoreFinishedJobsThanItMayAndCountsThemAll() {
        queues().settings(queue, new QueueSettings(0, LONG, 10));
        List<JobId> ids = send(30);
        claim(ann, 30).forEach(job -> settle(succeed(job)));
        assertThat(info().kept()).isLessThanOrEqualTo(10).isPositive();
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, 30L);
        long found = ids.stream().filter(id -> broker().find(id).kind() == Lookup.Kind.FOUND).count();
        assertThat(found).isEqualTo(info().kept());
    }

    @Test
    void whoWaitsForAJobSeesItsEndWhateverIsKept() {
        queues().settings(queue, new QueueSettings(0, LONG, 1));
        JobId noted = send(job().retention(Duration.ZERO).delay(LONG));
        assertThat(broker().await(noted).job()).hasValueSatisfying(
                job -> assertThat(job.state()).isEqualTo(JobState.SCHEDULED));
        fixture().makeDue(noted);
        JobId fromTheStart = send(job().awaited());
        JobId forNobody = send(job());
        List<ClaimedJob> jobs = claim(ann, 3);
        assertThat(jobs).hasSize(3).allSatisfy(job -> assertThat(settle(succeed(job))).isEqualTo(WriteResult.RECORDED));
        send(50);
        claim(ann, 50).forEach(job -> settle(succeed(job)));

        assertThat(find(noted).document().history().result()).isEqualTo(RESULT);
        assertThat(find(fromTheStart).document().history().result()).isEqualTo(RESULT);
        assertThat(broker().find(forNobody)).isEqualTo(Lookup.GONE);
        assertThat(info().kept()).as("what is held for somebody counts for nothing").isLessThanOrEqualTo(1);
        assertThat(jobs().cancel(noted)).isEqualTo(MoveResult.WRONG_STATE);
    }

    @Test
    void whoWaitsForAJobSeesThatItWasCancelledInAQueueThatKeepsNothing() {
        queues().settings(queue, new QueueSettings(0, Duration.ZERO, 100));
        JobId resting = send(job().delay(LONG).awaited());
        JobId waiting = send(job().awaited());
        assertThat(jobs().cancel(resting)).isEqualTo(MoveResult.DONE);
        assertThat(jobs().cancel(waiting)).isEqualTo(MoveResult.DONE);
        assertNothingToRun();
        assertThat(state(resting)).isEqualTo(JobState.CANCELLED);
        assertThat(state(waiting)).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aDuplicateIsWaitedForLikeTheJobThatItStandsFor() {
        JobId holder = send(job().uniqueKey("one").retention(Duration.ZERO));
        assertThat(submit(job().uniqueKey("one").awaited()).id()).isEqualTo(holder);
        settle(succeed(claimOne(ann)));
        assertThat(state(holder)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void waitingForAJobOfAQueueThatIsNotThereMakesNone() {
        JobId never = new JobId(newQueue(), Priority.NORMAL, false, 1, 0);
        assertThat(broker().await(never)).isEqualTo(Lookup.UNKNOWN);
        assertThat(queues().info(never.queue())).isEmpty();
    }

    @Test
    void aQueueThatKeepsNothingStillCounts() {
        queues().settings(queue, new QueueSettings(0, LONG, 0));
        JobId id = succeeded(job());
        assertThat(broker().find(id)).isEqualTo(Lookup.GONE);
        assertThat(info().kept()).isZero();
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, 1L);
    }

    @Test
    void anIdThatNeverWasIsUnknown() {
        assertThat(broker().find(new JobId(newQueue(), Priority.NORMAL, false, 1, 0))).isEqualTo(Lookup.UNKNOWN);
        JobId real = send(job());
        JobId future = new JobId(queue, Priority.NORMAL, false, real.millis() + Duration.ofDays(1).toMillis(), 0);
        assertThat(broker().find(future)).isEqualTo(Lookup.UNKNOWN);
        assertThat(state(real)).isEqualTo(JobState.QUEUED);
    }
}
