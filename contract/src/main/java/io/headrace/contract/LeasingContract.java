package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Renewal;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Leases: what they allow, how they end, and that whoever lost one can write nothing. */
abstract class LeasingContract extends ContractSteps {
    @Test
    void aLeaseThatStandsIsNotTakenOver() {
        ClaimedJob job = running(ann);
        fixture().silence(job.lease(), LEASE.minusSeconds(5));
        assertThat(broker().reclaim(ask(bob, 10), true)).isEmpty();
    }

    @Test
    void aSilentWorkersJobIsTakenOverAndItsAttemptCountedAsLost() {
        ClaimedJob first = running(ann);
        broker().renew(List.of(first.lease()), LEASE);
        ClaimedJob second = takenOver(first, bob);
        assertThat(second.lease().attempt()).isEqualTo(2);
        assertThat(second.lease().token().deliveries()).isEqualTo(2);
        assertThat(second.lease().token().worker()).isEqualTo(bob);
        assertThat(second.document().spec()).isEqualTo(first.document().spec());
        assertThat(second.lost()).singleElement().satisfies(lost -> {
            assertThat(lost.number()).isEqualTo(1);
            assertThat(lost.worker()).isEqualTo(ann.value());
            assertThat(lost.startedAt()).isCloseTo(first.claimedAt(), CLOCKS);
            assertThat(lost.outcome()).isEqualTo(Attempt.Outcome.LOST);
        });
        Job job = find(first.lease().job());
        assertThat(job.state()).isEqualTo(JobState.RUNNING);
        assertThat(job.worker()).isEqualTo(bob.value());
        assertThat(job.attempt()).isEqualTo(2);
        assertThat(job.startedAt()).isEqualTo(second.claimedAt());
    }

    @ParameterizedTest
    @EnumSource(Verdict.Move.class)
    void aReclaimedJobRefusesItsFirstWorker(Verdict.Move move) {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, bob);
        Job before = find(first.lease().job());
        assertThat(settle(verdict(move, first))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(find(first.lease().job()).state()).isEqualTo(JobState.RUNNING);
        assertThat(find(first.lease().job())).usingRecursiveComparison().isEqualTo(before);
        assertThat(settle(verdict(move, second))).isEqualTo(WriteResult.RECORDED);
    }

    @ParameterizedTest
    @EnumSource(Verdict.Move.class)
    void anEndedJobRefusesEveryLaterVerdict(Verdict.Move move) {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, bob);
        settle(succeed(second));
        assertThat(settle(verdict(move, first))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(state(first.lease().job())).isEqualTo(JobState.SUCCEEDED);
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, 1L);
        assertNothingToRun();
    }

    @Test
    void aReclaimedJobTakesNoReportsFromItsFirstWorker() {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, bob);
        assertThat(report(first.lease(), "stale")).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(jobs().log(first.lease().job(), 0, 10).lines()).isEmpty();
        assertThat(find(first.lease().job()).progress()).isNull();
        assertThat(report(second.lease(), "fresh")).isEqualTo(WriteResult.RECORDED);
    }

    private WriteResult report(Lease lease, String line) {
        return broker().report(lease, new Progress(0.5, line), 0, List.of(line)).toCompletableFuture().join();
    }

    @Test
    void aRenewalTellsALostLeaseAndDoesNotStealItBack() {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, bob);
        assertThat(broker().renew(List.of(first.lease()), LEASE))
                .isEqualTo(new Renewal(List.of(first.lease()), List.of()));
        assertThat(find(first.lease().job()).worker()).isEqualTo(bob.value());
        assertThat(broker().renew(List.of(second.lease()), LEASE)).isEqualTo(new Renewal(List.of(), List.of()));
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void aWorkerThatTakesOverItsOwnJobHoldsOnlyTheNewLease() {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, ann);
        assertThat(settle(succeed(first))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(broker().renew(List.of(first.lease(), second.lease()), LEASE).lost())
                .containsExactly(first.lease());
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void theFencingTokenGrowsWithEveryDelivery() {
        ClaimedJob first = running(ann);
        ClaimedJob lost = takenOver(first, bob);
        settle(release(lost));
        ClaimedJob released = claimOne(ann);
        settle(retry(released, Duration.ZERO));
        ClaimedJob retried = claimOne(bob);
        assertThat(List.of(first, lost, released, retried)).extracting(job -> job.lease().token().fence()).isSorted()
                .doesNotHaveDuplicates().allMatch(fence -> fence > 0);
        assertThat(List.of(first, lost, released, retried)).extracting(job -> job.lease().job()).containsOnly(
                first.lease().job());
    }

    @Test
    void jobsOnTheirLastChanceAreHandedOutOneAtATime() {
        List<JobId> submitted = send(3);
        for (int delivery = 1; delivery < Token.MAX_DELIVERIES; delivery++) {
            List<ClaimedJob> held = delivery == 1 ? claim(ann, 10) : broker().reclaim(ask(ann, 10), true);
            assertThat(held).hasSize(submitted.size());
            held.forEach(job -> fixture().silence(job.lease(), LEASE.plusSeconds(1)));
        }
        assertThat(broker().reclaim(ask(bob, 10), false)).isEmpty();
        List<JobId> given = new ArrayList<>();
        for (int i = 0; i < submitted.size(); i++) {
            ClaimedJob job = onlyOne(broker().reclaim(ask(bob, 10), true));
            assertThat(job.lease().token().lastChance()).isTrue();
            given.add(job.lease().job());
        }
        assertThat(given).containsExactlyInAnyOrderElementsOf(submitted);
        assertThat(broker().reclaim(ask(bob, 10), true)).isEmpty();
    }

    private static ClaimedJob onlyOne(List<ClaimedJob> jobs) {
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    @Test
    void aTokenWorksForNobodyElse() {
        ClaimedJob job = running(ann);
        Token token = job.lease().token();
        Lease forged = new Lease(job.lease().job(), 1,
                new Token(token.entry(), bob, token.deliveries(), token.fence()));
        Lease early = new Lease(job.lease().job(), 1,
                new Token(token.entry(), ann, token.deliveries() + 1, token.fence()));
        for (Lease wrong : List.of(forged, early)) {
            ClaimedJob stranger = new ClaimedJob(wrong, job.document(), job.claimedAt(), false, List.of());
            assertThat(settle(succeed(stranger))).isEqualTo(WriteResult.LEASE_LOST);
            assertThat(report(wrong, "x")).isEqualTo(WriteResult.LEASE_LOST);
        }
        assertThat(settle(succeed(job))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void aLeaseThatExpiredButWasNotTakenOverStillStands() {
        ClaimedJob job = running(ann);
        fixture().silence(job.lease(), LONG);
        assertThat(settle(succeed(job))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void aRenewedLeaseStandsForAnotherFullLease() {
        ClaimedJob job = running(ann);
        fixture().silence(job.lease(), LEASE.plusSeconds(10));
        assertThat(broker().renew(List.of(job.lease()), LEASE)).isEqualTo(new Renewal(List.of(), List.of()));
        assertThat(broker().reclaim(ask(bob, 10), true)).isEmpty();
        fixture().silence(job.lease(), LEASE.minusSeconds(5));
        assertThat(broker().reclaim(ask(bob, 10), true)).isEmpty();
        assertThat(takenOver(job, bob).lease().token().deliveries()).as("renewals are not deliveries").isEqualTo(2);
    }

    @Test
    void oneRenewalServesManyLeasesOfManyQueues() {
        List<ClaimedJob> jobs = new ArrayList<>();
        for (int q = 0; q < 3; q++) {
            QueueName name = newQueue();
            for (int i = 0; i < 100; i++) {
                NewJob job = NewJob.of(name.value(), "mail", i).priority(ORDER.get(i % 3)).build();
                broker().enqueue(job).toCompletableFuture().join();
            }
            jobs.addAll(broker().claim(new ClaimRequest(name, ann, 100, LEASE, ORDER)).jobs());
        }
        assertThat(jobs).hasSize(300);
        settle(succeed(jobs.get(7)));
        settle(succeed(jobs.get(207)));
        List<Lease> leases = jobs.stream().map(ClaimedJob::lease).toList();
        assertThat(broker().renew(leases, LEASE).lost()).containsExactlyInAnyOrder(leases.get(7), leases.get(207));
    }

    @Test
    void aRenewalOfNothingIsNothing() {
        assertThat(broker().renew(List.of(), LEASE)).isEqualTo(new Renewal(List.of(), List.of()));
    }

    @Test
    void eachJobIsTakenOverByTheLeaseItWasClaimedWith() {
        send(2);
        ClaimedJob brief = claimFor(Duration.ofSeconds(10));
        ClaimedJob patient = claimFor(LONG);
        fixture().silence(brief.lease(), Duration.ofSeconds(20));
        fixture().silence(patient.lease(), Duration.ofMinutes(10));
        List<JobId> taken = new ArrayList<>();
        for (int call = 0; call < 10; call++) {
            broker().reclaim(ask(bob, 10), true).forEach(job -> taken.add(job.lease().job()));
        }
        assertThat(taken).containsExactly(brief.lease().job());
    }

    private ClaimedJob claimFor(Duration lease) {
        return broker().claim(new ClaimRequest(queue, ann, 1, lease, ORDER)).jobs().get(0);
    }

    @Test
    void everyExpiredLeaseIsFoundInABoundedNumberOfSmallCalls() {
        List<JobId> sent = Stream.concat(send(20).stream(), Stream.of(send(job().priority(Priority.HIGH)),
                send(job().priority(Priority.LOW)))).toList();
        List<ClaimedJob> silent = claim(ann, 100);
        List<JobId> alive = send(20);
        claim(bob, 100);
        silent.forEach(job -> fixture().silence(job.lease(), LEASE.plusSeconds(1)));
        List<JobId> found = new ArrayList<>();
        for (int call = 0; call < 40; call++) {
            List<ClaimedJob> jobs = broker().reclaim(ask(bob, 3), true);
            assertThat(jobs).hasSizeLessThanOrEqualTo(3);
            jobs.forEach(job -> found.add(job.lease().job()));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(alive).allSatisfy(id -> assertThat(find(id).attempt()).isEqualTo(1));
    }

    @Test
    void aSilentWorkersJobIsTakenOverInAPausedQueueToo() {
        ClaimedJob first = running(ann);
        queues().pause(queue);
        assertThat(takenOver(first, bob).lease().attempt()).isEqualTo(2);
    }

    @Test
    void twoReclaimersNeverTakeTheSameJob() {
        send(20);
        claim(ann, 20).forEach(job -> fixture().silence(job.lease(), LEASE.plusSeconds(1)));
        List<JobId> found = new ArrayList<>();
        for (int call = 0; call < 20; call++) {
            broker().reclaim(ask(bob, 3), true).forEach(job -> found.add(job.lease().job()));
            fixture().another().reclaim(ask(ann, 3), true).forEach(job -> found.add(job.lease().job()));
        }
        assertThat(found).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void deliveriesWithoutAVerdictAddUp() {
        ClaimedJob first = running(ann);
        ClaimedJob second = takenOver(first, bob);
        ClaimedJob third = takenOver(second, ann);
        assertThat(third.lease().token().deliveries()).isEqualTo(3);
        assertThat(third.lease().attempt()).isEqualTo(3);
        assertThat(third.lost()).extracting(Attempt::number).containsExactly(1, 2);
        assertThat(third.lost()).extracting(Attempt::worker).containsExactly(ann.value(), bob.value());
    }

    @Test
    void aVerdictStartsTheCountOfDeliveriesAnewAndAttemptsGoOn() {
        ClaimedJob second = takenOver(running(ann), bob);
        settle(retry(second, Duration.ZERO));
        fixture().tick();
        ClaimedJob third = claimOne(ann);
        assertThat(third.lease().token().deliveries()).isEqualTo(1);
        assertThat(third.lease().attempt()).isEqualTo(3);
        assertThat(third.lost()).isEmpty();
        assertThat(third.document().history().attempts()).extracting(Attempt::outcome)
                .containsExactly(Attempt.Outcome.LOST, Attempt.Outcome.FAILED);
    }

    @Test
    void aReleasedJobIsNextInLineAndNoAttemptIsUsed() {
        List<JobId> sent = send(3);
        List<ClaimedJob> two = claim(ann, 2);
        assertThat(settle(release(two.get(1)))).isEqualTo(WriteResult.RECORDED);
        assertThat(settle(release(two.get(0)))).isEqualTo(WriteResult.RECORDED);
        Job waiting = find(sent.get(0));
        assertThat(waiting.state()).isEqualTo(JobState.QUEUED);
        assertThat(waiting.attempt()).isZero();
        assertThat(count(JobState.QUEUED)).isEqualTo(3);
        assertThat(count(JobState.RUNNING)).isZero();
        List<ClaimedJob> again = claim(bob, 3);
        assertThat(again).extracting(job -> job.lease().job()).isEqualTo(sent);
        assertThat(again).allSatisfy(job -> {
            assertThat(job.lease().attempt()).isEqualTo(1);
            assertThat(job.lease().token().deliveries()).isEqualTo(1);
            assertThat(job.lost()).isEmpty();
        });
    }

    @Test
    void releasedJobsOfAnyLevelGoBeforeTheLine() {
        ClaimedJob low = running(job().priority(Priority.LOW), ann);
        JobId high = send(job().priority(Priority.HIGH));
        settle(release(low));
        assertThat(claim(bob, 2)).extracting(job -> job.lease().job()).containsExactly(low.lease().job(), high);
    }

    @Test
    void aReleasedJobRefusesTheWorkerThatGaveItBack() {
        ClaimedJob first = running(ann);
        settle(release(first));
        assertThat(settle(succeed(first))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(broker().renew(List.of(first.lease()), LEASE).lost()).containsExactly(first.lease());
        ClaimedJob second = claimOne(bob);
        assertThat(settle(succeed(first))).isEqualTo(WriteResult.LEASE_LOST);
        assertThat(settle(succeed(second))).isEqualTo(WriteResult.RECORDED);
    }

    @Test
    void aReleasedJobIsInNobodysHandsAndNotTakenOver() {
        settle(release(running(ann)));
        for (int call = 0; call < 5; call++) {
            assertThat(broker().reclaim(new ClaimRequest(queue, bob, 10, Duration.ofSeconds(1), ORDER), true))
                    .isEmpty();
        }
        claimOne(bob);
    }

    @Test
    void aReleaseForgetsItsOwnAttemptAndNotTheLostOnes() {
        ClaimedJob second = takenOver(running(ann), bob);
        settle(release(second));
        assertThat(state(second.lease().job())).isEqualTo(JobState.QUEUED);
        ClaimedJob again = claimOne(ann);
        assertThat(again.lease().attempt()).isEqualTo(2);
        assertThat(again.lease().token().deliveries()).isEqualTo(2);
        assertThat(again.lost()).extracting(Attempt::worker).containsExactly(ann.value());
    }

    @Test
    void aRetiredWorkersLeasesStandUntilTheyExpire() {
        ClaimedJob kept = running(ann);
        ClaimedJob left = running(ann);
        broker().retire(ann, List.of(queue));
        assertThat(settle(succeed(kept))).isEqualTo(WriteResult.RECORDED);
        assertThat(state(left.lease().job())).isEqualTo(JobState.RUNNING);
        assertThat(takenOver(left, bob).lease().attempt()).isEqualTo(2);
    }
}
