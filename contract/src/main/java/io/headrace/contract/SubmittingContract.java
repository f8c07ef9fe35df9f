package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BacklogFull;
import io.headrace.Backoff;
import io.headrace.Idempotency;
import io.headrace.IdempotencyConflict;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.Submission;
import io.headrace.Submission.Kind;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.QueueSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Storing jobs: at once, for later, once only. */
abstract class SubmittingContract extends ContractSteps {
    @Test
    void anAcceptedJobIsQueuedAndOnRecord() {
        NewJob asked = job().build();
        Submission answer = broker().enqueue(asked).toCompletableFuture().join();
        assertThat(answer.kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(answer.state()).isEqualTo(JobState.QUEUED);
        Job job = find(answer.id());
        assertThat(job.state()).isEqualTo(JobState.QUEUED);
        assertThat(job.document().spec()).isEqualTo(asked.spec());
        assertThat(job.attempt()).isZero();
        assertThat(job.worker()).isNull();
        assertThat(job.startedAt()).isNull();
        assertThat(job.runAt()).isNull();
        assertThat(job.cancelling()).isFalse();
    }

    @Test
    void anIdNamesItsQueueAndItsLevelAndItsText() {
        JobId id = send(job().priority(Priority.HIGH));
        assertThat(id.queue()).isEqualTo(queue);
        assertThat(id.priority()).isEqualTo(Priority.HIGH);
        assertThat(id.scheduled()).isFalse();
        assertThat(JobId.parse(id.toString())).isEqualTo(id);
    }

    @Test
    void idsOfOneQueueAreDistinctAndAscend() {
        List<JobId> ids = send(100);
        assertThat(ids).doesNotHaveDuplicates().isSorted();
    }

    static List<String> payloads() {
        return List.of("null", "0", "-0.0", "1.0", "1e400",
                "123456789012345678901234567890.123456789012345678901234567890",
                "[]", "{}", "[[],{},[[]]]", "\"\"", "\"\\u0000\\ud83d\\ude00\\/\"", "\"Grüße, 水車, \uD83D\uDE00\"",
                "{ \"z\" : 1 ,\n \"a\" : [ 1 , 2 ] }", "{\"run\":{\"attempt\":7},\"type\":\"other\"}",
                "\"" + "x".repeat(200 * 1024) + "\"");
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void aPayloadComesBackByteForByteWhereverTheJobHasBeen(String text) {
        Json payload = Json.parse(text);
        ClaimedJob first = running(NewJob.of(queue.value(), "mail", payload), ann);
        JobId id = first.lease().job();
        assertThat(first.document().spec().payload()).isEqualTo(payload);
        settle(retry(first, LONG));
        assertThat(find(id).document().spec().payload()).isEqualTo(payload);
        fixture().makeDue(id);
        ClaimedJob second = claimOne(bob);
        assertThat(second.document().spec().payload()).isEqualTo(payload);
        settle(bury(second));
        jobs().retry(List.of(id));
        ClaimedJob third = claimOne(bob);
        settle(succeed(third));
        assertThat(find(id).document().spec().payload()).isEqualTo(payload);
    }

    @Test
    void everythingThatASenderAskedForReachesTheWorker() {
        NewJob asked = job("report.pdf").priority(Priority.LOW).timeout(Duration.ofMillis(1500)).maxRetries(0)
                .backoff(new Backoff(Backoff.Kind.FIXED, Duration.ofSeconds(3), Duration.ofMinutes(2)))
                .expiresIn(Duration.ofDays(2)).uniqueKey("ключ 1:/{}").retention(Duration.ofDays(3))
                .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").build();
        assertThat(broker().enqueue(asked).toCompletableFuture().join().kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(claimOne(ann).document().spec()).isEqualTo(asked.spec());
    }

    @Test
    void aJobWithADelayRestsUntilItIsDue() {
        Submission answer = submit(job().delay(LONG).priority(Priority.HIGH));
        assertThat(answer.state()).isEqualTo(JobState.SCHEDULED);
        assertThat(answer.id().scheduled()).isTrue();
        Job resting = find(answer.id());
        assertThat(resting.state()).isEqualTo(JobState.SCHEDULED);
        assertClose(resting.runAt(), answer.id().createdAt().plus(LONG));
        assertThat(claim(ann, 10)).isEmpty();
        fixture().makeDue(answer.id());
        ClaimedJob due = claimOne(ann);
        assertThat(due.lease().job()).isEqualTo(answer.id());
        assertThat(due.lease().attempt()).isEqualTo(1);
        assertThat(state(answer.id())).isEqualTo(JobState.RUNNING);
    }

    @Test
    void aJobForAnInstantRestsUntilExactlyThen() {
        Instant when = Instant.now().plus(Duration.ofDays(3000)).truncatedTo(ChronoUnit.MILLIS);
        JobId id = send(job().runAt(when));
        assertThat(find(id).runAt()).isEqualTo(when);
        assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
    }

    @Test
    void noDelayAndAnInstantInThePastMeanNow() {
        assertThat(submit(job().delay(Duration.ZERO)).state()).isEqualTo(JobState.QUEUED);
        assertThat(submit(job().runAt(Instant.EPOCH)).state()).isEqualTo(JobState.QUEUED);
        assertThat(claim(ann, 10)).hasSize(2);
    }

    @Test
    void aClaimSaysWhenTheNextJobFallsDue() {
        assertThat(broker().claim(ask(ann, 1)).nextDue()).isEmpty();
        JobId later = send(job().delay(Duration.ofHours(2)));
        send(job().delay(Duration.ofHours(3)));
        assertThat(broker().claim(ask(ann, 1)).nextDue().orElseThrow()).isBetween(Duration.ofMinutes(119),
                Duration.ofHours(2));
        fixture().makeDue(later);
        claimOne(ann);
        assertThat(broker().claim(ask(ann, 1)).nextDue().orElseThrow()).isBetween(Duration.ofMinutes(179),
                Duration.ofHours(3));
    }

    @Test
    void manyDueJobsAllReachTheLine() {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            ids.add(send(job().delay(LONG)));
        }
        ids.forEach(fixture()::makeDue);
        List<JobId> claimed = new ArrayList<>();
        for (int call = 0; call < 50 && claimed.size() < ids.size(); call++) {
            claim(ann, 100).forEach(job -> claimed.add(job.lease().job()));
        }
        assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void aSecondJobWithATakenUniqueKeyIsAnsweredWithTheFirst() {
        JobId first = send(job().uniqueKey("k"));
        Submission second = submit(job("other").uniqueKey("k"));
        assertThat(second).isEqualTo(new Submission(Kind.DUPLICATE, first, JobState.QUEUED));
        assertThat(submit(job().uniqueKey("k").delay(LONG)).kind()).isEqualTo(Kind.DUPLICATE);
        assertThat(submit(job().uniqueKey("K")).kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(count(JobState.QUEUED)).isEqualTo(2);
        assertThat(count(JobState.SCHEDULED)).isZero();
    }

    @Test
    void aDuplicateThatIsSentAgainWithItsIdempotencyKeyGetsTheSameAnswerAfterTheHolderHasEnded() {
        JobId holder = send(job().uniqueKey("k"));
        Idempotency key = new Idempotency("order 17", "sha-1");
        Submission first = submit(job().uniqueKey("k").idempotency(key));
        jobs().cancel(holder);
        assertThat(submit(job().uniqueKey("k").idempotency(key))).isEqualTo(first);
        assertThat(count(JobState.QUEUED)).isZero();
    }

    @Test
    void aUniqueKeyIsTakenInItsQueueOnly() {
        send(job().uniqueKey("k"));
        NewJob elsewhere = NewJob.of(newQueue().value(), "mail", 1).uniqueKey("k").build();
        assertThat(broker().enqueue(elsewhere).toCompletableFuture().join().kind()).isEqualTo(Kind.ACCEPTED);
    }

    @Test
    void aUniqueKeyStaysTakenUntilItsJobEnds() {
        JobId id = send(job().uniqueKey("k").delay(LONG));
        Supplier<Submission> again = () -> submit(job().uniqueKey("k"));
        assertThat(again.get().id()).isEqualTo(id);
        jobs().runNow(id);
        assertThat(again.get().id()).isEqualTo(id);
        ClaimedJob running = claimOne(ann);
        assertThat(again.get().id()).isEqualTo(id);
        settle(release(running));
        assertThat(again.get().id()).isEqualTo(id);
        settle(retry(claimOne(ann), LONG));
        assertThat(again.get().id()).isEqualTo(id);
        fixture().makeDue(id);
        settle(park(claimOne(ann), LONG));
        assertThat(again.get().id()).isEqualTo(id);
        fixture().makeDue(id);
        settle(succeed(takenOver(claimOne(ann), bob)));
        assertThat(again.get().kind()).isEqualTo(Kind.ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"succeeded", "expired", "cancelled", "dead", "cancelled in line", "cancelled at rest"})
    void aUniqueKeyIsFreeOnceItsJobHasEnded(String end) {
        boolean atRest = end.equals("cancelled at rest");
        JobId id = send(job().uniqueKey("k").delay(atRest ? LONG : null));
        switch (end) {
            case "dead" -> settle(bury(claimOne(ann)));
            case "cancelled in line", "cancelled at rest" -> jobs().cancel(id);
            default -> settle(end(claimOne(ann), JobState.ofLabel(end)));
        }
        Submission next = submit(job().uniqueKey("k"));
        assertThat(next.kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(submit(job().uniqueKey("k")).id()).isEqualTo(next.id());
    }

    @Test
    void theEndOfAJobDoesNotFreeTheKeyOfItsSuccessor() {
        ClaimedJob first = running(job().uniqueKey("k"), ann);
        settle(bury(first));
        ClaimedJob successor = running(job().uniqueKey("k"), bob);
        settle(succeed(first));
        jobs().deleteDead(List.of(first.lease().job()));
        assertThat(submit(job().uniqueKey("k")))
                .isEqualTo(new Submission(Kind.DUPLICATE, successor.lease().job(), JobState.QUEUED));
    }

    @Test
    void fiftySubmissionsAtOnceWithOneUniqueKeyMakeOneJob() {
        List<Submission> answers = fiftyTimes(job().uniqueKey("k").build());
        assertThat(answers).filteredOn(answer -> answer.kind() == Kind.ACCEPTED).hasSize(1);
        assertThat(answers).extracting(Submission::id).containsOnly(answers.get(0).id());
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
    }

    @Test
    void aRepeatedSubmissionWithItsIdempotencyKeyIsAnsweredWithTheFirstJob() {
        Idempotency key = new Idempotency("order 17", "sha-1");
        JobId id = send(job().idempotency(key));
        assertThat(submit(job().idempotency(key))).isEqualTo(new Submission(Kind.REPLAYED, id, JobState.QUEUED));
        settle(succeed(claimOne(ann)));
        assertThat(submit(job().idempotency(key)).id()).isEqualTo(id);
        assertThat(submit(job().idempotency(new Idempotency("order 18", "sha-1"))).kind()).isEqualTo(Kind.ACCEPTED);
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
    }

    @Test
    void aScheduledSubmissionIsReplayedToo() {
        Idempotency key = new Idempotency("k", "f");
        JobId id = send(job().delay(LONG).idempotency(key));
        assertThat(submit(job().delay(LONG).idempotency(key)))
                .isEqualTo(new Submission(Kind.REPLAYED, id, JobState.SCHEDULED));
        assertThat(count(JobState.SCHEDULED)).isEqualTo(1);
    }

    @Test
    void anIdempotencyKeyWithAnotherRequestIsRefusedAndStoresNothing() {
        send(job().idempotency(new Idempotency("k", "f")));
        CompletionStage<Submission> second = broker().enqueue(job().idempotency(new Idempotency("k", "g")).build());
        assertThatThrownBy(() -> second.toCompletableFuture().join()).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IdempotencyConflict.class);
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
    }

    @Test
    void aReplayWinsOverATakenUniqueKey() {
        Idempotency key = new Idempotency("k", "f");
        JobId id = send(job().uniqueKey("u").idempotency(key));
        assertThat(submit(job().uniqueKey("u").idempotency(key)))
                .isEqualTo(new Submission(Kind.REPLAYED, id, JobState.QUEUED));
    }

    @Test
    void fiftySubmissionsAtOnceWithOneIdempotencyKeyMakeOneJob() {
        List<Submission> answers = fiftyTimes(job().idempotency(new Idempotency("k", "f")).build());
        assertThat(answers).filteredOn(answer -> answer.kind() == Kind.ACCEPTED).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.kind() == Kind.REPLAYED).hasSize(49);
        assertThat(answers).extracting(Submission::id).containsOnly(answers.get(0).id());
        assertThat(count(JobState.QUEUED)).isEqualTo(1);
    }

    /** Half of them through another connection. */
    private List<Submission> fiftyTimes(NewJob job) {
        List<CompletionStage<Submission>> stages = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            stages.add((i % 2 == 0 ? broker() : fixture().another()).enqueue(job));
        }
        return stages.stream().map(stage -> stage.toCompletableFuture().join()).toList();
    }

    private void limit(long maxBacklog) {
        queues().settings(queue, new QueueSettings(maxBacklog, Duration.ofHours(1), 100));
    }

    private BacklogFull refusal(NewJob.Builder job) {
        return refusal(broker(), job);
    }

    private static BacklogFull refusal(Broker to, NewJob.Builder job) {
        try {
            Submission answer = to.enqueue(job.build()).toCompletableFuture().join();
            throw new AssertionError("accepted although the queue is full: " + answer);
        } catch (CompletionException e) {
            if (e.getCause() instanceof BacklogFull full) {
                return full;
            }
            throw e;
        }
    }

    @Test
    void aFullBacklogRefusesUntilThereIsRoom() {
        limit(5);
        send(5);
        BacklogFull refusal = refusal(job());
        assertThat(refusal.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(refusal).hasMessageContaining("limit of 5 ");
        refusal(fixture().another(), job());
        limit(0);
        send(2);
        assertThat(count(JobState.QUEUED)).isEqualTo(7);
    }

    @Test
    void aBurstThatMeetsABoundFillsItExactly() {
        limit(20);
        List<CompletionStage<Submission>> stages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stages.add((i % 2 == 0 ? broker() : fixture().another()).enqueue(job().build()));
        }
        long stored = stages.stream()
                .filter(stage -> stage.handle((answer, e) -> e == null).toCompletableFuture().join())
                .count();
        assertThat(stored).isEqualTo(20);
        assertThat(count(JobState.QUEUED)).isEqualTo(20);
    }

    @Test
    void onlyJobsInLineCountForTheBacklog() {
        limit(2);
        send(2);
        ClaimedJob running = claimOne(ann);
        JobId third = send(job());
        refusal(job());
        settle(release(running));
        assertThat(jobs().cancel(third)).isEqualTo(MoveResult.DONE);
        // one that was handed back waits in line again; whatever comes later is refused, too
        refusal(job().delay(LONG));
        claimOne(ann);
        send(job().delay(LONG));
        send(job());
        refusal(job());
    }

    @Test
    void whatWasSubmittedBeforeIsAnsweredAgainWhenTheBacklogIsFull() {
        limit(2);
        Idempotency key = new Idempotency("order-1", "fingerprint");
        JobId replayed = send(job().idempotency(key));
        JobId unique = send(job().uniqueKey("u"));
        refusal(job());
        assertThat(submit(job().idempotency(key))).extracting(Submission::kind, Submission::id)
                .containsExactly(Submission.Kind.REPLAYED, replayed);
        assertThat(submit(job().uniqueKey("u"))).extracting(Submission::kind, Submission::id)
                .containsExactly(Submission.Kind.DUPLICATE, unique);
        Idempotency other = new Idempotency("order-2", "fingerprint");
        refusal(job().idempotency(other));
        claimOne(ann);
        assertThat(submit(job().idempotency(other)).kind()).as("a refusal is not remembered")
                .isEqualTo(Submission.Kind.ACCEPTED);
    }

    @Test
    void aBurstOfSubmissionsIsAnsweredEachForItself() {
        List<CompletionStage<Submission>> stages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            stages.add(broker().enqueue(NewJob.of(queue.value(), "mail", Map.of("n", i)).build()));
        }
        List<JobId> ids = stages.stream().map(stage -> stage.toCompletableFuture().join().id()).toList();
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(find(ids.get(617)).document().spec().payload()).isEqualTo(Json.parse("{\"n\":617}"));
        assertThat(count(JobState.QUEUED)).isEqualTo(1000);
    }
}
