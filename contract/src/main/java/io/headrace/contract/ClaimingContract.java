package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.Subscription;
import io.headrace.broker.Broker;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Giving jobs to workers. */
abstract class ClaimingContract extends ContractSteps {
    @Test
    void aClaimGivesAtMostWhatWasAskedInTheOrderOfSubmission() {
        List<JobId> sent = send(5);
        List<JobId> claimed = new ArrayList<>();
        assertThat(claim(ann, 3)).hasSize(3).allSatisfy(job -> claimed.add(job.lease().job()));
        assertThat(claim(bob, 3)).hasSize(2).allSatisfy(job -> claimed.add(job.lease().job()));
        assertThat(claim(ann, 3)).isEmpty();
        assertThat(claimed).isEqualTo(sent);
    }

    @Test
    void aQueueThatNobodyEverUsedHasNoWork() {
        Claim claim = broker().claim(ask(ann, 10));
        assertThat(claim.jobs()).isEmpty();
        assertThat(claim.nextDue()).isEmpty();
        assertThat(broker().reclaim(ask(ann, 10), true)).isEmpty();
    }

    @Test
    void aClaimedJobRunsInTheHandsOfItsWorker() {
        ClaimedJob claimed = running(ann);
        assertThat(claimed.lease().attempt()).isEqualTo(1);
        assertThat(claimed.lease().token().worker()).isEqualTo(ann);
        assertThat(claimed.lease().token().deliveries()).isEqualTo(1);
        assertThat(claimed.cancelled()).isFalse();
        assertThat(claimed.lost()).isEmpty();
        Job job = find(claimed.lease().job());
        assertThat(job.state()).isEqualTo(JobState.RUNNING);
        assertThat(job.worker()).isEqualTo(ann.value());
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(job.startedAt()).isCloseTo(claimed.claimedAt(), CLOCKS);
        assertThat(job.cancelling()).isFalse();
        assertThat(job.runAt()).isNull();
    }

    @Test
    void aLargeClaimTakesTheOldestOfEveryLevelInTurn() {
        List<JobId> normal = send(60);
        JobId low = send(job().priority(Priority.LOW));
        List<JobId> high = Stream.generate(() -> send(job().priority(Priority.HIGH))).limit(30).toList();
        assertThat(claim(20, Priority.HIGH, Priority.NORMAL, Priority.LOW)).isEqualTo(high.subList(0, 20));
        assertThat(claim(100, Priority.HIGH, Priority.NORMAL, Priority.LOW)).isEqualTo(Stream
                .of(high.subList(20, 30), normal, List.of(low)).flatMap(List::stream).toList());
    }

    @Test
    void aLargeClaimKnowsWhichOfItsJobsWereCancelledInLine() {
        List<JobId> sent = send(40);
        jobs().cancel(sent.get(0));
        jobs().cancel(sent.get(39));
        List<ClaimedJob> toRun = claim(ann, 40).stream().filter(job -> !job.cancelled()).toList();
        assertThat(toRun).extracting(job -> job.lease().job()).isEqualTo(sent.subList(1, 39));
    }

    @Test
    void whoeverLooksIsToldOfEveryJobOfALargeClaim() throws InterruptedException {
        BlockingQueue<JobId> changed = new LinkedBlockingQueue<>();
        try (Subscription ignored = broker().onChange(queue, changed::add)) {
            List<JobId> sent = send(40);
            claim(ann, 40);
            Set<JobId> told = new HashSet<>();
            while (told.size() < sent.size()) {
                JobId next = changed.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(next).isNotNull();
                told.add(next);
            }
            assertThat(told).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    @Test
    void levelsAreServedInTheOrderAsked() {
        JobId low = send(job().priority(Priority.LOW));
        JobId normal = send(job().priority(Priority.NORMAL));
        JobId high = send(job().priority(Priority.HIGH));
        assertThat(claim(10, Priority.HIGH, Priority.NORMAL, Priority.LOW)).containsExactly(high, normal, low);
    }

    @Test
    void aWorkerMayAskLowLevelsFirst() {
        JobId high = send(job().priority(Priority.HIGH));
        JobId low = send(job().priority(Priority.LOW));
        JobId later = send(job().priority(Priority.LOW));
        assertThat(claim(2, Priority.LOW, Priority.NORMAL, Priority.HIGH)).containsExactly(low, later);
        assertThat(claim(2, Priority.LOW, Priority.NORMAL, Priority.HIGH)).containsExactly(high);
    }

    @Test
    void aLevelLeftOutIsNotServed() {
        JobId low = send(job().priority(Priority.LOW));
        assertThat(claim(10, Priority.HIGH, Priority.NORMAL)).isEmpty();
        assertThat(claim(10, Priority.LOW)).containsExactly(low);
    }

    private List<JobId> claim(int max, Priority... order) {
        return broker().claim(new ClaimRequest(queue, ann, max, LEASE, List.of(order))).jobs().stream()
                .map(job -> job.lease().job()).toList();
    }

    @Test
    void onlyTheAskedQueueIsServed() {
        send(job());
        ClaimRequest elsewhere = new ClaimRequest(newQueue(), ann, 10, LEASE, ORDER);
        assertThat(broker().claim(elsewhere).jobs()).isEmpty();
        claimOne(ann);
    }

    @Test
    void aPausedQueueYieldsNothingUntilItIsResumed() {
        ClaimedJob running = running(ann);
        JobId waiting = send(job());
        JobId resting = send(job().delay(LONG));
        queues().pause(queue);
        queues().pause(queue);
        fixture().makeDue(resting);
        assertThat(claim(bob, 10)).isEmpty();
        assertThat(info().paused()).isTrue();
        assertThat(settle(succeed(running))).as("what runs goes on").isEqualTo(WriteResult.RECORDED);
        queues().resume(queue);
        queues().resume(queue);
        assertThat(info().paused()).isFalse();
        assertThat(claim(bob, 10)).extracting(job -> job.lease().job()).containsExactlyInAnyOrder(waiting, resting);
    }

    @Test
    void aPausedQueueStillAcceptsJobs() {
        queues().pause(queue);
        assertThat(state(send(job()))).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aJobThatWaitedTooLongIsHandedOutAsExpired() {
        send(job().expiresIn(Duration.ofMillis(1)));
        send(job().expiresIn(LONG));
        fixture().tick();
        assertThat(claim(ann, 2)).extracting(ClaimedJob::expired).containsExactly(true, false);
    }

    @Test
    void theBrokersClockDatesClaimsAndJobsAlike() {
        ClaimedJob claimed = running(ann);
        assertThat(claimed.claimedAt()).isAfterOrEqualTo(claimed.lease().job().createdAt());
        assertClose(claimed.claimedAt(), claimed.lease().job().createdAt());
    }

    @Test
    void fourWorkersClaimTwoThousandJobsAndNoneTwiceAndNoneNot() throws Exception {
        int jobs = 2000;
        List<CompletableFuture<JobId>> sent = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            sent.add(broker().enqueue(job().priority(ORDER.get(i % 3)).build()).toCompletableFuture()
                    .thenApply(answer -> answer.id()));
        }
        List<JobId> ids = sent.stream().map(CompletableFuture::join).toList();
        List<JobId> ran = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger recorded = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            Broker connection = i % 2 == 0 ? broker() : fixture().another();
            WorkerId worker = new WorkerId("w" + i + "-" + ann.value());
            threads.execute(() -> drain(connection, worker, ran, recorded));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasSize(jobs);
        assertThat(new HashSet<>(ran)).isEqualTo(new HashSet<>(ids));
        assertThat(recorded).hasValue(jobs);
        assertThat(info().totals()).containsEntry(JobState.SUCCEEDED, (long) jobs);
        assertThat(count(JobState.RUNNING)).isZero();
        assertThat(count(JobState.QUEUED)).isZero();
    }

    private void drain(Broker connection, WorkerId worker, List<JobId> ran, AtomicInteger recorded) {
        while (true) {
            List<ClaimedJob> jobs = connection.claim(ask(worker, 17)).jobs();
            if (jobs.isEmpty()) {
                return;
            }
            jobs.forEach(job -> ran.add(job.lease().job()));
            List<CompletableFuture<WriteResult>> verdicts = jobs.stream()
                    .map(job -> connection.settle(succeed(job)).toCompletableFuture()).toList();
            verdicts.forEach(verdict -> {
                if (verdict.join() == WriteResult.RECORDED) {
                    recorded.incrementAndGet();
                }
            });
        }
    }
}
